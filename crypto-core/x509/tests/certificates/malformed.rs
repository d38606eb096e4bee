//! Damaged input: an error, never a panic, never a hang.

use crate::support::NOW;
use algo::Suite;
use ca::{Authority, CertificateUse, Ids, Validity};
use x509::{Certificate, CertificateRequest, Name, RequestTemplate, validate};

/// Mutations per certificate.
const MUTATIONS: usize = 3000;

/// A small generator with a printed seed (xorshift64*): what failed can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let limit = u64::try_from(limit).unwrap();
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % limit).unwrap()
    }

    fn octet(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// Everything that can be asked of a certificate, so that nothing lazy hides a panic.
fn use_all(certificate: &Certificate, authority: &Authority) {
    let _ = format!("{certificate:?} {} {:?}", certificate.issuer(), certificate.validity());
    let _ = (certificate.unit_ids(), certificate.device_number(), certificate.key_usage().to_string());
    let _ = (certificate.is_ca(), certificate.path_len(), certificate.extended_key_usage(), certificate.to_pem());
    assert!(!validate(certificate, &authority.chain(), &authority.trust(), NOW).is_trusted(), "it was changed");
    let _ = authority.issuing().verify_signed_by(certificate);
}

fn specimen(suite: Suite) -> (Authority, Certificate) {
    let authority = Authority::in_memory(suite, "演示", NOW).unwrap();
    let ids = Ids { uscc: Some("91330100799655058B".parse().unwrap()), device_number: Some("HZ-1".into()) };
    let subject = Name::parse("CN=李雷+OU=x,O=某公司,C=CN").unwrap();
    let holder = authority.issue_with_key(&subject, CertificateUse::Sign, Validity::days(NOW, 9), &ids).unwrap();
    (authority, holder.certificate)
}

#[test]
fn every_truncation_is_refused() {
    for suite in [Suite::Sm, Suite::P256] {
        let (_, certificate) = specimen(suite);
        for length in 0..certificate.der().len() {
            assert!(Certificate::from_der(&certificate.der()[..length]).is_err(), "{suite}: {length} bytes");
        }
        let longer = [certificate.der(), &[0]].concat();
        assert!(Certificate::from_der(&longer).is_err(), "trailing byte");
    }
}

#[test]
fn random_mutations_never_panic_and_are_never_trusted() {
    let seed = 0x5EA1_ED81_D5EA_1ED1;
    println!("seed {seed:#x}");
    let mut random = Random(seed);
    for suite in [Suite::Sm, Suite::P256] {
        let (authority, certificate) = specimen(suite);
        assert!(validate(&certificate, &authority.chain(), &authority.trust(), NOW).is_trusted());
        let mut readable = 0;
        for _ in 0..MUTATIONS {
            let mut der = certificate.der().to_vec();
            for _ in 0..=random.below(3) {
                mutate(&mut der, &mut random);
            }
            if der == certificate.der() {
                continue;
            }
            if let Ok(changed) = Certificate::from_der(&der) {
                readable += 1;
                use_all(&changed, &authority);
            }
        }
        assert!(readable > MUTATIONS / 20, "most mutations only tested the outermost length: {readable} readable");
    }
}

fn mutate(der: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(der.len());
    match random.below(8) {
        0..=4 => der[at] = random.octet(),
        5 => der[at] ^= 1 << random.below(8),
        6 => der.insert(at, random.octet()),
        _ => {
            der.remove(at);
        }
    }
}

#[test]
fn every_changed_octet_breaks_the_signature_or_the_structure() {
    let (authority, certificate) = specimen(Suite::P256);
    for at in 0..certificate.der().len() {
        let mut der = certificate.der().to_vec();
        der[at] ^= 0x20;
        if let Ok(changed) = Certificate::from_der(&der) {
            let report = validate(&changed, &authority.chain(), &authority.trust(), NOW);
            assert!(!report.is_trusted(), "octet {at}");
        }
    }
}

#[test]
fn damaged_requests_prove_nothing() {
    let mut key = algo::PrivateKey::generate(Suite::P256.key_algorithm()).unwrap();
    let template = RequestTemplate::new(Name::parse("CN=李雷,O=某公司").unwrap(), key.public());
    let unsigned = template.key_usage(x509::KeyUsage::DIGITAL_SIGNATURE);
    let der = unsigned.to_be_signed(&Suite::P256.signature_scheme()).unwrap().sign_with(&mut key).unwrap();
    CertificateRequest::from_der(&der).unwrap().prove().unwrap();
    for length in 0..der.len() {
        assert!(CertificateRequest::from_der(&der[..length]).is_err(), "{length} bytes");
    }
    for at in 0..der.len() {
        for change in [0x01, 0x20, 0xff] {
            let mut der = der.clone();
            der[at] ^= change;
            let proven = CertificateRequest::from_der(&der).and_then(CertificateRequest::prove);
            assert!(proven.is_err(), "octet {at} ^ {change:#x}");
        }
    }
}

/// Deep nesting, absurd lengths, and other things that look like DER.
#[test]
fn hostile_shapes_are_refused_quickly() {
    let deep: Vec<u8> = [0x30, 0x82, 0xff, 0xff].repeat(10_000);
    let long_length = [0x30, 0x84, 0xff, 0xff, 0xff, 0xff];
    let indefinite = [0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0];
    for hostile in [&deep[..], &long_length, &indefinite, &[0x30; 300_000], &[0x30], &[]] {
        assert!(Certificate::from_der(hostile).is_err());
        assert!(Certificate::from_any(hostile).is_err());
        assert!(CertificateRequest::from_any(hostile).is_err());
        assert!(Name::from_der(hostile).is_err(), "{} bytes: {:02x?}", hostile.len(), &hostile[..hostile.len().min(8)]);
    }
}
