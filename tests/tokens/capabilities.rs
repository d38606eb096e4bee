//! Each power of a token is tried, whether it is declared or not.

use algo::{KeyAlgorithm, KeyTransport, PrivateKey};
use token::{Capability, ContainerId, ContainerPart, EnclosedKey, KeyUse, Token, TokenError};
use x509::issue::Profile;

use crate::authority::Root;
use crate::expected;
use crate::fixtures::{Fixture, Running, key, pin};

/// What the token declares is what the table says, and what works is what it declares.
pub(crate) fn agree_with_the_table(fixture: &dyn Fixture) {
    let running = Running::start(fixture);
    let expected = expected::of(fixture.name()).capabilities;
    let mut token = running.logged_in();
    let declared: Vec<&str> = token.info().unwrap().capabilities.iter().map(Capability::name).collect();
    let mut wanted: Vec<&str> =
        Capability::ALL.into_iter().map(Capability::name).filter(|name| expected.iter().any(|e| e == name)).collect();
    assert_eq!(wanted.len(), expected.len(), "the table has a name that is no capability: {expected:?}");
    wanted.sort_by_key(|name| Capability::ALL.iter().position(|capability| capability.name() == *name));
    assert_eq!(declared, wanted);
    for capability in Capability::ALL {
        let Some(works) = tried(capability, &mut *token, &running) else { continue };
        assert_eq!(works, wanted.contains(&capability.name()), "{}: works, declared", capability.name());
    }
}

/// Whether it works; `None` for what is seen by the person or the hardware alone.
fn tried(capability: Capability, token: &mut dyn Token, running: &Running<'_>) -> Option<bool> {
    let [good, new, wrong] = running.fixture.pins();
    match capability {
        Capability::RetryCountExact => {
            let _ = token.login(&pin(wrong));
            let exact = token.pin_state().unwrap().remaining.count().is_some();
            token.login(&pin(good)).unwrap();
            Some(exact)
        }
        Capability::DefaultPinKnown => Some(token.pin_state().unwrap().is_default.is_some()),
        Capability::ChangePin => {
            let changed = supported(&token.change_pin(&pin(good), &pin(new)));
            if changed {
                token.change_pin(&pin(new), &pin(good)).unwrap();
            }
            token.login(&pin(good)).unwrap();
            Some(changed)
        }
        Capability::Unblock => {
            let set = supported(&token.unblock(&pin(&running.started.proof), &pin(new)));
            if set {
                token.change_pin(&pin(new), &pin(good)).unwrap();
            }
            token.login(&pin(good)).unwrap();
            Some(set)
        }
        Capability::Unwrap => unwraps(token),
        Capability::Agree => agrees(token),
        Capability::Sm2 => Some(generated(token, KeyAlgorithm::Sm2)),
        Capability::Generate => {
            Some([KeyAlgorithm::P256, KeyAlgorithm::Sm2].into_iter().any(|algorithm| generated(token, algorithm)))
        }
        Capability::ImportCertificate => {
            let (_, certificate) = key(token, KeyUse::Sign);
            Some(token.import_certificate(&certificate).is_ok())
        }
        Capability::ImportKey => Some(imports(token)),
        Capability::Delete => {
            // No other test needs it: the fixture goes with this one.
            let (key, _) = key(token, KeyUse::Encrypt);
            Some(token.delete(&key.container, ContainerPart::All).is_ok())
        }
        Capability::PinPad => Some(supported(&token.login_on_pad())),
        Capability::RemoteUnblock => Some(token.unblock_request().is_ok()),
        _ => None,
    }
}

fn supported<T>(answer: &Result<T, TokenError>) -> bool {
    match answer {
        Ok(_) => true,
        Err(TokenError::NotSupported(_)) => false,
        Err(other) => panic!("{other}"),
    }
}

fn generated(token: &mut dyn Token, algorithm: KeyAlgorithm) -> bool {
    let scrap: ContainerId = "c2".parse().unwrap();
    let made = token.generate(&scrap, KeyUse::Sign, algorithm).is_ok();
    if made {
        token.delete(&scrap, ContainerPart::All).unwrap();
    }
    made
}

/// A key pair that was made elsewhere, bare or enclosed to a signing key of the token.
fn imports(token: &mut dyn Token) -> bool {
    let scrap: ContainerId = "c1".parse().unwrap();
    let made = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let certificate = Root::new().certify(made.public(), Profile::Encrypt);
    let mut imported = token.import_key(&scrap, KeyUse::Encrypt, &made, &certificate).is_ok();
    if !imported && let Ok(signing) = token.generate(&scrap, KeyUse::Sign, KeyAlgorithm::Sm2) {
        let made = PrivateKey::generate(KeyAlgorithm::Sm2).unwrap();
        let certificate = Root::new().certify(made.public(), Profile::Encrypt);
        imported = token.import_enclosed_key(&EnclosedKey::enclose(&made, &signing).unwrap(), &certificate).is_ok();
    }
    if imported {
        token.delete(&scrap, ContainerPart::All).unwrap();
    }
    imported
}

/// With the RSA key that is there; another kind of key says nothing about it.
fn unwraps(token: &mut dyn Token) -> Option<bool> {
    let (key, certificate) = key(token, KeyUse::Encrypt);
    let public = certificate.public_key();
    let rsa = matches!(public.algorithm(), KeyAlgorithm::Rsa { .. });
    rsa.then(|| {
        let wrapped = public.wrap(KeyTransport::RsaPkcs1, b"secret").unwrap();
        token.unwrap_key(&key, KeyTransport::RsaPkcs1, &wrapped).is_ok_and(|opened| opened.expose() == b"secret")
    })
}

fn agrees(token: &mut dyn Token) -> Option<bool> {
    let (key, certificate) = key(token, KeyUse::Encrypt);
    let algorithm = certificate.public_key().algorithm();
    matches!(algorithm, KeyAlgorithm::P256 | KeyAlgorithm::P384).then(|| {
        let peer = PrivateKey::generate(algorithm).unwrap();
        token.agree(&key, peer.public()).is_ok()
    })
}
