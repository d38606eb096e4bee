//! `cargo xtask demo`: Bidseal's main job on real files, everything below `target/demo`.

mod bidder;
mod client;
mod files;
mod options;
mod plan;
mod portal;
mod program;
mod stage;
mod story;

use std::fs;
use std::time::Instant;

use options::Options;
use plan::Plan;
use stage::Stage;

use crate::failure::{During, Failure};
use crate::setup::apt;
use crate::workspace;

/// Shows the demonstration that the arguments ask for.
///
/// # Errors
/// A step failed, the disk is too full, the person declined, or an argument is unknown.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let start = Instant::now();
    let options = Options::parse(arguments)?;
    let folder = workspace::target("demo");
    if options.clean {
        return clean(&folder);
    }
    let story = story::steps();
    let windows = wants_windows(options);
    let plan = Plan::make(&folder, windows)?;
    plan.announce(&story);
    plan.agree(options)?;

    // Only what an earlier demonstration made is replaced; what was built stays.
    clean(&folder)?;
    fs::create_dir_all(folder.join("logs")).during("the demonstration's folder")?;
    apt::install(&plan.packages)?;
    Stage::new(folder, story.len()).play(&story)?;
    println!("\n{}\nAll of it took {:.0} s.", story::results(), start.elapsed().as_secs_f64());
    if windows {
        client::build()?;
        return client::open(options.check);
    }
    println!("The program with windows was left out; cargo xtask demo builds and opens it.");
    if options.check { Ok(()) } else { portal::try_it() }
}

/// A check opens them where they were built already, as CI has by then, and builds nothing large for a look.
fn wants_windows(options: Options) -> bool {
    !options.without_windows && (!options.check || client::is_built())
}

fn clean(folder: &std::path::Path) -> Result<(), Failure> {
    if folder.exists() { fs::remove_dir_all(folder).during(folder.display()) } else { Ok(()) }
}
