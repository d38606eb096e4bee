//! The engine without a token, for benchmarks: `engine encrypt sm|intl INPUT OUT.bid` and `engine decrypt IN.bid FOLDER`, with the keys of
//! the published vectors below tests/data/bid/v1/keys.

use algo::PrivateKey;
use bid::{Claims, Encryption, Profile, Recipient, Role, Unwatched, inspect};
use durable::{Parts, Replace};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use x509::Certificate;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["encrypt", "sm", input, output] => encrypt(Profile::Sm, "sm2", input.into(), output.as_ref()),
        ["encrypt", "intl", input, output] => encrypt(Profile::Intl, "p256", input.into(), output.as_ref()),
        ["decrypt", input, output] => decrypt(input.as_ref(), output.as_ref()),
        _ => Err("engine encrypt sm|intl INPUT OUT.bid, or engine decrypt IN.bid FOLDER".into()),
    }
}

fn encrypt(profile: Profile, key: &str, input: PathBuf, output: &Path) -> Result<(), Box<dyn Error>> {
    let certificate = Certificate::from_der(&fs::read(keys().join(format!("{key}.cer")))?)?;
    let encryption = Encryption {
        inputs: &[input],
        claims: &Claims::default(),
        profile,
        recipients: &[Recipient::new(certificate, Role::Bidder)],
        password: None,
        threshold: None,
    };
    encryption.run(&parts(output)?, output, Replace::Existing, &mut Unwatched)?;
    Ok(())
}

fn decrypt(input: &Path, output: &Path) -> Result<(), Box<dyn Error>> {
    let key = if inspect(input)?.profile() == Profile::Sm { "sm2" } else { "p256" };
    let mut key = PrivateKey::from_pkcs8(&fs::read(keys().join(format!("{key}.p8")))?)?;
    let opened = inspect(input)?.unlock_with_key(0, &mut key)?;
    opened.decrypt_to(&parts(output)?, output, &mut Unwatched)?;
    Ok(())
}

/// The list of partial files lies beside the result.
fn parts(output: &Path) -> Result<Parts, Box<dyn Error>> {
    Ok(Parts::open(&output.parent().unwrap_or(Path::new(".")).join("home"))?)
}

fn keys() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("/")).join("tests/data/bid/v1/keys")
}
