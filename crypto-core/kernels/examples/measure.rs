//! What the kernels reach on this processor, beside OpenSSL and RustCrypto in the same run: interleaved rounds, computing
//! time of one thread, medians. `cargo xtask bench kernels` builds it optimised; the argument is the file for the figures.

use std::hint::black_box;
use std::io::Write;

use kernels::{GcmKey, Path, Sm4, digests, sha256};
use openssl::{cipher::Cipher, cipher_ctx::CipherCtx, hash::MessageDigest};
use serde_json::json;

const CHUNK: usize = 16 << 10;
const ROUNDS: usize = 9;
/// Bytes of one round, for the fast and for the slow.
const MUCH: usize = 64 << 20;
const LITTLE: usize = 4 << 20;

/// Something that is measured: its name, how many bytes a round takes, and the work on one chunk.
struct Contender {
    name: String,
    bytes: usize,
    work: Box<dyn FnMut()>,
}

impl Contender {
    fn new(name: String, bytes: usize, work: impl FnMut() + 'static) -> Self {
        Self { name, bytes, work: Box::new(work) }
    }
}

fn main() {
    let mut contenders = contenders();
    let mut rates: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for _ in 0..ROUNDS {
        for (contender, rates) in contenders.iter_mut().zip(&mut rates) {
            let begun = computed();
            (0..contender.bytes / CHUNK).for_each(|_| (contender.work)());
            rates.push(contender.bytes as f64 / (computed() - begun).max(1) as f64);
        }
    }
    let figures: Vec<Figure> =
        contenders.iter().zip(rates).map(|(contender, rates)| Figure::of(contender, rates)).collect();
    print(&figures);
    if let Some(file) = std::env::args().nth(1) {
        let mut file = std::fs::File::create(file).expect("the file can be written");
        writeln!(file, "{:#}", document(&figures)).expect("the file can be written");
    }
}

/// What a contender reached, in 10⁹ bytes a second.
struct Figure {
    name: String,
    median: f64,
    lowest: f64,
    highest: f64,
}

impl Figure {
    fn of(contender: &Contender, mut rates: Vec<f64>) -> Self {
        rates.sort_by(f64::total_cmp);
        let (median, lowest, highest) = (rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1]);
        Self { name: contender.name.clone(), median, lowest, highest }
    }

    /// How many times as fast as the peer it is held against, and how many times are wanted.
    fn lead(&self, all: &[Self]) -> Option<(&'static str, f64, f64)> {
        let (_, peer, wanted) = *TARGETS.iter().find(|(name, ..)| *name == self.name)?;
        let peer_rate = all.iter().find(|figure| figure.name == peer)?.median;
        Some((peer, self.median / peer_rate, wanted))
    }
}

/// Who is held against whom, and by how much it should lead.
const TARGETS: &[(&str, &str, f64)] = &[
    ("SM4-GCM gfni-avx512", "SM4-GCM OpenSSL", 25.0),
    ("SM4-GCM gfni-avx2", "SM4-GCM OpenSSL", 10.0),
    ("SM4-GCM aes-avx2", "SM4-GCM OpenSSL", 6.0),
    ("SM3-tree gfni-avx512", "SM3 OpenSSL", 8.0),
    ("SM3-tree gfni-avx2", "SM3 OpenSSL", 3.0),
    // What the intl profile takes, against the other library.
    ("AES-256-GCM OpenSSL", "AES-256-GCM RustCrypto", 0.9),
];

fn print(figures: &[Figure]) {
    println!("{:24} {:>8} {:>8} {:>8}   lead", "", "GB/s", "lowest", "highest");
    for figure in figures {
        let lead = figure.lead(figures).map_or_else(String::new, |(peer, lead, wanted)| {
            let verdict = if lead >= wanted { "reached" } else { "missed" };
            format!("{lead:.1} × {peer}, {wanted} wanted: {verdict}")
        });
        println!("{:24} {:8.2} {:8.2} {:8.2}   {lead}", figure.name, figure.median, figure.lowest, figure.highest);
    }
}

fn document(figures: &[Figure]) -> serde_json::Value {
    let measured: Vec<_> = figures
        .iter()
        .map(|figure| {
            let lead =
                figure.lead(figures).map(|(peer, lead, wanted)| json!({"over": peer, "times": lead, "wanted": wanted}));
            let (median, lowest, highest) = (figure.median, figure.lowest, figure.highest);
            json!({"name": figure.name, "gb_per_s": median, "lowest": lowest, "highest": highest, "lead": lead})
        })
        .collect();
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = |name: &str| processor.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    json!({
        "rounds": ROUNDS,
        "openssl": openssl::version::version(),
        "processor": line("model name"),
        "flags": line("flags"),
        "measured": measured,
    })
}

fn contenders() -> Vec<Contender> {
    let mut all = vec![
        openssl_gcm("SM4-GCM", LITTLE),
        openssl_gcm("AES-256-GCM", MUCH),
        openssl_sm3(),
        rustcrypto_sm3(),
        rustcrypto_aes(),
        rustcrypto_sm4(),
    ];
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        let bytes = if path == Path::Portable { LITTLE } else { MUCH };
        let (gcm, sm4) = (GcmKey::forced(&[1; 16], path), Sm4::forced(&[1; 16], path));
        let (data, mut out) = (vec![5; CHUNK], vec![0; CHUNK]);
        let name = format!("SM4-GCM {}", path.name());
        all.push(Contender::new(name, bytes, move || _ = black_box(gcm.seal(&[1; 12], b"", &data, &mut out))));
        let (data, mut out) = (vec![5; CHUNK], vec![0; CHUNK]);
        let name = format!("SM4-CTR {}", path.name());
        all.push(Contender::new(name, bytes, move || sm4.counter_mode(&[1; 12], 1, &data, black_box(&mut out))));
        let tree = move |messages: &[[&[u8]; 2]], out: &mut [[u8; 32]]| digests(path, messages, out);
        all.push(tree_of(format!("SM3-tree {}", path.name()), bytes, tree));
    }
    all.push(openssl_sha256());
    if sha256::is_available() {
        all.push(tree_of("SHA-256-tree avx512".to_owned(), MUCH, sha256::digests));
    }
    all
}

/// Sixteen chunks at once, every sixteenth time.
fn tree_of(name: String, bytes: usize, digests: impl Fn(&[[&[u8]; 2]], &mut [[u8; 32]]) + 'static) -> Contender {
    let chunks = vec![vec![5; CHUNK]; 16];
    let (mut turn, mut out) = (0, [[0; 32]; 16]);
    Contender::new(name, bytes, move || {
        turn += 1;
        if turn % 16 == 0 {
            let messages: Vec<[&[u8]; 2]> = chunks.iter().map(|chunk| [&chunk[..], &[0; 9][..]]).collect();
            digests(&messages, black_box(&mut out));
        }
    })
}

fn openssl_sha256() -> Contender {
    let data = vec![5; CHUNK];
    Contender::new("SHA-256 OpenSSL".to_owned(), MUCH, move || _ = black_box(openssl::sha::sha256(&data)))
}

fn openssl_gcm(name: &str, bytes: usize) -> Contender {
    let cipher = Cipher::fetch(None, name, None).expect("the vendored OpenSSL has it");
    let mut context = CipherCtx::new().expect("there is memory");
    context.encrypt_init(Some(&cipher), Some(&vec![1; cipher.key_length()]), None).expect("the key fits");
    let (data, mut out) = (vec![5; CHUNK], vec![0; CHUNK + 16]);
    Contender::new(format!("{name} OpenSSL"), bytes, move || {
        context.encrypt_init(None, None, Some(&[1; 12])).expect("a nonce of twelve bytes");
        context.cipher_update(&data, Some(&mut out)).expect("the output fits");
        context.cipher_final(&mut []).expect("nothing is left");
        context.tag(black_box(&mut [0; 16])).expect("there is a tag");
    })
}

fn openssl_sm3() -> Contender {
    let data = vec![5; CHUNK];
    Contender::new("SM3 OpenSSL".to_owned(), LITTLE, move || {
        let _ = black_box(openssl::hash::hash(MessageDigest::sm3(), &data));
    })
}

fn rustcrypto_sm3() -> Contender {
    use sm3::Digest;
    let data = vec![5; CHUNK];
    Contender::new("SM3 RustCrypto".to_owned(), LITTLE, move || _ = black_box(sm3::Sm3::digest(&data)))
}

fn rustcrypto_aes() -> Contender {
    use aes_gcm::{Aes256Gcm, KeyInit, aead::AeadInOut};
    let (key, mut data) = (Aes256Gcm::new(&[1; 32].into()), vec![5; CHUNK]);
    Contender::new("AES-256-GCM RustCrypto".to_owned(), MUCH, move || {
        let sealed = key.encrypt_inout_detached(&[1; 12].into(), b"", data.as_mut_slice().into());
        black_box(sealed.expect("a chunk is short enough"));
    })
}

/// The block cipher alone: RustCrypto has no SM4-GCM.
fn rustcrypto_sm4() -> Contender {
    use sm4::cipher::{BlockCipherEncrypt, KeyInit};
    let key = sm4::Sm4::new(&[1; 16].into());
    let mut blocks = vec![[5; 16].into(); CHUNK / 16];
    Contender::new("SM4 RustCrypto".to_owned(), LITTLE, move || key.encrypt_blocks(black_box(&mut blocks)))
}

/// Nanoseconds that this thread has computed.
fn computed() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every Unix that has threads, and the structure is ours.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).expect("time goes forwards")
}
