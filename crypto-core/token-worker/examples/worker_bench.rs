//! What the worker costs: the list of tokens, and signatures over its pipe against the same module called directly, in
//! interleaved rounds. `cargo xtask bench token` builds it optimised and calls it: `worker_bench WORKER FOLDER FIGURES.json`.

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use algo::{Hash, KeyAlgorithm, Pin, SignatureScheme};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use serde_json::{Value, json};
use token::{ContainerId, Initialisation, KeyId, KeyUse, Pkcs11Provider, Provider, Token};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "123456";
const ROUNDS: usize = 9;
/// Signatures of one round, whose median is the round's figure.
const SIGNATURES: usize = 201;
/// Lists of one round.
const LISTS: usize = 21;
/// Most that the worker may add to a signature.
const TARGET_MS: f64 = 1.0;

type Answer<T> = Result<T, Box<dyn Error>>;

fn main() -> Answer<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [worker, folder, figures] = &arguments[..] else {
        return Err("worker_bench WORKER FOLDER FIGURES.json".into());
    };
    if std::env::var_os("SOFTHSM2_CONF").is_none() {
        return in_folder(folder);
    }
    let provider = Pkcs11Provider::new(worker, MODULE);
    let key = make_key(&provider)?;
    let mut token = provider.open(&provider.tokens()?[0])?;
    token.login(&Pin::new(PIN)?)?;
    let direct = Direct::open()?;
    let [mut cold, mut warm, mut over, mut straight] = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        cold.push(median(LISTS, || listed(&Pkcs11Provider::new(worker, MODULE)))?);
        warm.push(median(LISTS, || listed(&provider))?);
        over.push(median(SIGNATURES, || sign(&mut *token, &key))?);
        straight.push(median(SIGNATURES, || direct.sign())?);
    }
    let overhead = middle(&mut over.clone()) - middle(&mut straight.clone());
    let document = json!({
        "module": "SoftHSM2, ECDSA P-256", "rounds": ROUNDS, "unit": "ms",
        "token_list_cold": figure(&mut cold), "token_list_warm": figure(&mut warm),
        "signature_over_worker": figure(&mut over), "signature_direct": figure(&mut straight),
        "overhead_at_the_median": overhead, "target": TARGET_MS, "reached": overhead < TARGET_MS,
    });
    println!("{document:#}");
    writeln!(File::create(figures)?, "{document:#}")?;
    Ok(())
}

/// Itself again, with a token of its own: the module finds it by an environment variable.
fn in_folder(folder: &Path) -> Answer<()> {
    fs::create_dir_all(folder.join("tokens"))?;
    let configuration = folder.join("softhsm2.conf");
    let text = format!("directories.tokendir = {}\nobjectstore.backend = file\n", folder.join("tokens").display());
    File::create(&configuration)?.write_all(text.as_bytes())?;
    let mut again = Command::new(std::env::current_exe()?);
    let ended = again.args(std::env::args_os().skip(1)).env("SOFTHSM2_CONF", configuration).status()?;
    fs::remove_dir_all(folder)?;
    if ended.success() { Ok(()) } else { Err(ended.to_string().into()) }
}

fn make_key(provider: &Pkcs11Provider) -> Answer<KeyId> {
    let (administrator, pin) = (Pin::new("12345678")?, Pin::new(PIN)?);
    let order = Initialisation { label: "bench", administrator: &administrator, pin: &pin, device_key: None };
    let blank = provider.blank()?.into_iter().next().ok_or("no blank token")?;
    let reference = provider.initialise(&blank, &order)?;
    let mut token = provider.open(&reference)?;
    token.login(&Pin::new(PIN)?)?;
    let container: ContainerId = "a1".parse()?;
    token.generate(&container, KeyUse::Sign, KeyAlgorithm::P256)?;
    Ok(KeyId { container, key_use: KeyUse::Sign })
}

fn listed(provider: &Pkcs11Provider) -> Answer<()> {
    let tokens = provider.tokens()?;
    if tokens.len() == 1 { Ok(()) } else { Err("not one token".into()) }
}

/// With all that a use of the key takes: our check of the signature too.
fn sign(token: &mut dyn Token, key: &KeyId) -> Answer<()> {
    let digest = Hash::Sha256.digest(b"a document");
    token.sign_digest(key, &SignatureScheme::Ecdsa(Hash::Sha256), &digest)?;
    Ok(())
}

/// The same module in this process, and the same check.
struct Direct {
    session: Session,
    key: ObjectHandle,
    public: algo::PublicKey,
}

impl Direct {
    fn open() -> Answer<Self> {
        let module = Pkcs11::new(MODULE)?;
        module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
        let slot = module.get_slots_with_initialized_token()?[0];
        let session = module.open_rw_session(slot)?;
        session.login(UserType::User, Some(&AuthPin::from(Box::<str>::from(PIN))))?;
        let key = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])?[0];
        let public = session.find_objects(&[Attribute::Class(ObjectClass::PUBLIC_KEY)])?[0];
        let point = session.get_attributes(public, &[cryptoki::object::AttributeType::EcPoint])?;
        let [Attribute::EcPoint(point)] = &point[..] else { return Err("no point".into()) };
        let public = algo::PublicKey::from_point(KeyAlgorithm::P256, &point[2..])?;
        Ok(Self { session, key, public })
    }

    fn sign(&self) -> Answer<()> {
        let digest = Hash::Sha256.digest(b"a document");
        let raw = self.session.sign(&Mechanism::Ecdsa, self.key, digest.as_ref())?;
        let signature = algo::raw_signature_to_der(&raw).map_err(|_| "no signature")?;
        Ok(self.public.verify_digest(&SignatureScheme::Ecdsa(Hash::Sha256), &digest, &signature)?)
    }
}

/// Median milliseconds of so many calls.
fn median(calls: usize, mut call: impl FnMut() -> Answer<()>) -> Answer<f64> {
    let mut taken = Vec::with_capacity(calls);
    for _ in 0..calls {
        let begun = Instant::now();
        call()?;
        taken.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(middle(&mut taken))
}

fn middle(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn figure(rounds: &mut [f64]) -> Value {
    let median = middle(rounds);
    json!({ "median": median, "least": rounds[0], "most": rounds[rounds.len() - 1] })
}
