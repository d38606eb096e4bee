//! Work on several threads, with the results in order and only a few jobs in flight.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;

/// More threads would be faster than any disk, and each holds two megabytes.
const MAX_WORKERS: usize = 8;
/// Jobs that wait for a thread, or results that wait for their turn.
const SPARE_JOBS: usize = 2;

/// Threads to use for `jobs` jobs.
pub(crate) fn workers(jobs: u64) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.min(MAX_WORKERS).min(usize::try_from(jobs).unwrap_or(usize::MAX))
}

/// Takes jobs from `next` on the calling thread, does them on `workers` threads, and gives the results in the order of
/// the jobs to `consume` on the calling thread. The first error ends everything; started jobs are waited for.
pub(crate) fn in_order<J: Send, R: Send, E>(
    workers: usize,
    mut next: impl FnMut() -> Result<Option<J>, E>,
    work: impl Fn(J) -> R + Sync,
    mut consume: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    if workers <= 1 {
        while let Some(job) = next()? {
            consume(work(job))?;
        }
        return Ok(());
    }
    let (jobs, queue) = mpsc::channel::<(u64, J)>();
    let queue = Mutex::new(queue);
    thread::scope(|scope| {
        let (results, done) = mpsc::channel();
        for _ in 0..workers {
            let (queue, work, results) = (&queue, &work, results.clone());
            scope.spawn(move || {
                while let Some((number, job)) = take(queue) {
                    // A panic has to reach the calling thread, which else would wait for this result for ever.
                    let result = catch_unwind(AssertUnwindSafe(|| work(job)));
                    if results.send((number, result)).is_err() {
                        return;
                    }
                }
            });
        }
        // Dropped when this closure ends, however it ends: then the workers end too.
        let jobs = jobs;
        let mut waiting = BTreeMap::new();
        let (mut started, mut consumed, mut more) = (0, 0, true);
        loop {
            while more && started - consumed < (workers + SPARE_JOBS) as u64 {
                match next()? {
                    Some(job) => jobs.send((started, job)).expect("the queue lives as long as this closure"),
                    None => more = false,
                }
                started += u64::from(more);
            }
            if consumed == started {
                return Ok(());
            }
            let (number, result) = done.recv().expect("this thread holds a sender itself");
            waiting.insert(number, result.unwrap_or_else(|panic| resume_unwind(panic)));
            while let Some(result) = waiting.remove(&consumed) {
                consume(result)?;
                consumed += 1;
            }
        }
    })
}

fn take<T>(queue: &Mutex<mpsc::Receiver<T>>) -> Option<T> {
    queue.lock().ok()?.recv().ok()
}

/// Buffers that are used again: fresh megabytes from the system cost as much as sealing them.
#[derive(Default)]
pub(crate) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// A buffer of this length, maybe with the bytes of its last use: whoever takes it writes all of it. Filling it with zeros
    /// each time would be work for nothing.
    pub(crate) fn take(&self, length: usize) -> Vec<u8> {
        match self.0.lock().ok().and_then(|mut free| free.pop()) {
            Some(mut buffer) if buffer.capacity() >= length => {
                buffer.resize(length, 0);
                buffer
            }
            _ => vec![0; length],
        }
    }

    /// Gives a buffer back.
    pub(crate) fn put(&self, buffer: Vec<u8>) {
        if let Ok(mut free) = self.0.lock() {
            free.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    #[test]
    fn results_come_in_order_and_few_jobs_are_in_flight() {
        let (flying, most) = (AtomicU64::new(0), AtomicU64::new(0));
        let (mut jobs, mut seen) = (0..200_u64, Vec::new());
        in_order::<_, _, ()>(
            4,
            || {
                most.fetch_max(flying.load(Ordering::SeqCst), Ordering::SeqCst);
                let job = jobs.next();
                flying.fetch_add(u64::from(job.is_some()), Ordering::SeqCst);
                Ok(job)
            },
            |job| {
                thread::sleep(Duration::from_micros((job * 7919) % 300));
                job
            },
            |job| {
                flying.fetch_sub(1, Ordering::SeqCst);
                seen.push(job);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, (0..200).collect::<Vec<_>>());
        assert!(most.load(Ordering::SeqCst) <= 6, "{} jobs were in flight", most.load(Ordering::SeqCst));
    }

    #[test]
    fn an_error_on_either_side_ends_the_work() {
        for workers in [1, 3] {
            let mut jobs = 0..;
            assert_eq!(
                in_order(workers, || Ok(jobs.next()), |job: u32| job, |job| if job == 50 { Err(job) } else { Ok(()) }),
                Err(50)
            );
            let mut jobs = 0..;
            let next = || match jobs.next() {
                Some(70) => Err("source"),
                job => Ok(job),
            };
            assert_eq!(in_order(workers, next, |job: u32| job, |_| Ok(())), Err("source"));
        }
    }

    #[test]
    #[should_panic(expected = "job 5")]
    fn a_panic_of_a_worker_reaches_the_caller() {
        let mut jobs = 0..20;
        let _ = in_order::<_, _, ()>(2, || Ok(jobs.next()), |job: u32| assert!(job != 5, "job {job}"), |()| Ok(()));
    }
}
