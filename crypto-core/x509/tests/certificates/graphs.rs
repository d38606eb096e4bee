//! Paths through more than one possible issuer: cross-signing, circles, and arrangements made to waste time.

use std::time::{Duration as Elapsed, Instant};

use crate::support::{self, Draft, Entity, NOW};
use algo::{PrivateKey, Suite};
use x509::issue::{NewExtension, Profile, Validity};
use x509::oid::extension;
use x509::{Certificate, ChainProblem, ChainState, DEPTH_CAP, TrustStore, validate};

fn authority(name: &str) -> Draft {
    Draft::new(Suite::P256, name, Profile::Root)
}

fn leaf() -> Draft {
    Draft::new(Suite::P256, "CN=leaf", Profile::Sign)
}

fn copy(key: &PrivateKey) -> PrivateKey {
    PrivateKey::from_pkcs8(key.to_pkcs8().unwrap().expose()).unwrap()
}

/// The same name and key certified again, by `issuer`.
fn cross_signed(entity: &Entity, name: &str, issuer: &Entity) -> Certificate {
    Draft::with_key(copy(&entity.key), name, Profile::Root).issued_by(issuer).certificate
}

#[test]
fn a_cross_signed_authority_leads_to_either_root() {
    let [old, new] = ["CN=old root", "CN=new root"].map(|name| authority(name).self_signed());
    let issuing = authority("CN=issuing").issued_by(&new);
    let leaf = leaf().issued_by(&issuing).certificate;
    let bridge = cross_signed(&new, "CN=new root", &old);
    let extra = [issuing.certificate.clone(), bridge.clone(), new.certificate.clone()];
    let path = |trust: &Entity| {
        let report = validate(&leaf, &extra, &TrustStore::from_certificates([trust.certificate.clone()]), NOW);
        assert!(report.is_trusted(), "{:?}", report.problem);
        report.path
    };
    assert_eq!(path(&new), [leaf.clone(), issuing.certificate.clone(), new.certificate.clone()]);
    assert_eq!(path(&old), [leaf.clone(), issuing.certificate.clone(), bridge.clone(), old.certificate.clone()]);
}

#[test]
fn a_dead_end_does_not_hide_the_good_path() {
    let root = authority("CN=root").self_signed();
    let issuing = authority("CN=issuing").issued_by(&root);
    let leaf = leaf().issued_by(&issuing).certificate;
    let again = |change: &dyn Fn(Draft) -> Draft| {
        change(Draft::with_key(copy(&issuing.key), "CN=issuing", Profile::Root)).issued_by(&root).certificate
    };
    let expired = again(&|draft| draft.change(|t| t.validity = Validity::days(NOW - time::Duration::days(9), 3)));
    let no_ca = again(&|draft| draft.extension(NewExtension::basic_constraints(false, None)));
    let trust = TrustStore::from_certificates([root.certificate.clone()]);
    let good = issuing.certificate.clone();
    for order in [[&expired, &no_ca, &good], [&no_ca, &good, &expired], [&good, &expired, &no_ca]] {
        let report = validate(&leaf, &order.map(Clone::clone), &trust, NOW);
        assert!(report.is_trusted(), "{:?}", report.problem);
    }
    for order in [[&no_ca, &expired], [&expired, &no_ca]] {
        let report = validate(&leaf, &order.map(Clone::clone), &trust, NOW);
        assert_eq!(report.state, ChainState::Expired, "the only path that keeps the rules is out of date");
        assert_eq!(report.path, [leaf.clone(), expired.clone(), root.certificate.clone()]);
    }
}

#[test]
fn circles_end() {
    let [a, b] = ["CN=a", "CN=b"].map(|name| authority(name).self_signed());
    let a_by_b = cross_signed(&a, "CN=a", &b);
    let b_by_a = cross_signed(&b, "CN=b", &a);
    let leaf = leaf().issued_by(&a).certificate;
    let report = validate(&leaf, &[a_by_b.clone(), b_by_a.clone()], &TrustStore::default(), NOW);
    assert_eq!(report.state, ChainState::Unknown, "{:?}", report.problem);
    let all = [a_by_b, b_by_a, a.certificate.clone(), b.certificate.clone()];
    let report = validate(&leaf, &all, &TrustStore::default(), NOW);
    assert_eq!(report.state, ChainState::Untrusted);
    assert!(matches!(report.problem, Some(ChainProblem::RootNotTrusted { .. })), "{:?}", report.problem);
    let report = validate(&leaf, &all, &TrustStore::from_certificates([b.certificate]), NOW);
    assert!(report.is_trusted(), "{:?}", report.problem);
}

#[test]
fn paths_up_to_the_cap_are_trusted_and_longer_ones_are_not_known() {
    let root = authority("CN=0").self_signed();
    let trust = TrustStore::from_certificates([root.certificate.clone()]);
    let (mut issuer, mut extra) = (root, Vec::new());
    for length in 2..=DEPTH_CAP + 1 {
        let leaf = leaf().issued_by(&issuer).certificate;
        let report = validate(&leaf, &extra, &trust, NOW);
        if length <= DEPTH_CAP {
            assert!(report.is_trusted(), "{length}: {:?}", report.problem);
            assert_eq!(report.path.len(), length);
        } else {
            assert_eq!((report.state, report.problem), (ChainState::Unknown, Some(ChainProblem::TooDeep)));
        }
        issuer = authority(&format!("CN={length}")).issued_by(&issuer);
        extra.push(issuer.certificate.clone());
    }
}

/// Layers of authorities that all bear one name per layer: without a budget, trying every path would take
/// 10^6 signatures.
#[test]
fn a_maze_costs_no_more_than_the_budget() {
    let mut layer = vec![authority("CN=top").self_signed()];
    let mut maze = Vec::new();
    for depth in 0..6 {
        let name = format!("CN=layer {depth}");
        let key = PrivateKey::generate(Suite::P256.key_algorithm()).unwrap();
        let above = layer;
        layer = (0..10)
            .map(|number| {
                let draft = Draft::with_key(copy(&key), &name, Profile::Root).without(extension::AUTHORITY_KEY_ID);
                draft.issued_by(&above[number % above.len()])
            })
            .collect();
        maze.extend(layer.iter().map(|entity| entity.certificate.clone()));
    }
    let leaf = leaf().issued_by(&layer[0]).certificate;
    let started = Instant::now();
    let report = validate(&leaf, &maze, &TrustStore::default(), NOW);
    assert_eq!((report.state, report.problem), (ChainState::Unknown, Some(ChainProblem::TooMuchWork)));
    assert!(started.elapsed() < Elapsed::from_secs(5));
}

#[test]
fn a_trusted_certificate_needs_no_issuer() {
    let issuing = authority("CN=issuing").issued_by(&authority("CN=lost root").self_signed());
    let leaf = leaf().issued_by(&issuing).certificate;
    let trust = TrustStore::from_certificates([issuing.certificate.clone()]);
    let report = validate(&leaf, &[], &trust, NOW);
    assert_eq!(report.path, [leaf.clone(), issuing.certificate], "a trusted authority need not be self-signed");
    assert!(report.is_trusted());
    assert!(validate(&leaf, &[], &TrustStore::from_certificates([leaf.clone()]), NOW).is_trusted());
}

/// A root's name and even its key identifier can be copied; its bytes cannot.
#[test]
fn a_name_alone_is_not_trusted() {
    let root = authority("CN=root").self_signed();
    let trust = TrustStore::from_certificates([root.certificate.clone()]);
    let id = root.certificate.extension(extension::SUBJECT_KEY_ID).unwrap().to_vec();
    let id = NewExtension { oid: extension::SUBJECT_KEY_ID, critical: false, value: id };
    let impostor = authority("CN=root").extension(id).self_signed();
    let leaf = leaf().without(extension::AUTHORITY_KEY_ID).issued_by(&impostor).certificate;
    let report = validate(&leaf, std::slice::from_ref(&impostor.certificate), &trust, NOW);
    assert_eq!(report.state, ChainState::Untrusted);
    let report = validate(&impostor.certificate, &[], &trust, NOW);
    assert_eq!(report.state, ChainState::Untrusted);
}

/// An authority certifies its own next key: the link counts neither for the path length nor for name constraints
/// (RFC 5280 section 4.2.1.9 and 4.2.1.10).
#[test]
fn a_link_between_two_keys_of_one_authority_is_free() {
    let base = support::tlv(0xa4, x509::Name::parse("CN=root").unwrap().der());
    let value = support::tlv(0x30, &support::tlv(0xa1, &support::tlv(0x30, &base)));
    let root = authority("CN=root")
        .extension(NewExtension::basic_constraints(true, Some(0)))
        .extension(NewExtension { oid: extension::NAME_CONSTRAINTS, critical: true, value })
        .self_signed();
    let trust = TrustStore::from_certificates([root.certificate.clone()]);
    let link = authority("CN=root").issued_by(&root);
    let leaf = leaf().issued_by(&link).certificate;
    let report = validate(&leaf, std::slice::from_ref(&link.certificate), &trust, NOW);
    assert!(report.is_trusted(), "{:?}", report.problem);
    let report = validate(&link.certificate, &[], &trust, NOW);
    assert!(matches!(report.problem, Some(ChainProblem::NameNotAllowed { .. })), "at the end of a path it counts");
}

/// Thousands of names against thousands of subtrees.
#[test]
fn many_names_cost_no_more_than_the_budget() {
    let name = |host: &str, number: usize| support::tlv(0x82, format!("{host}{number}.example.com").as_bytes());
    let excluded: Vec<u8> = (0..5000).flat_map(|number| support::tlv(0x30, &name("a", number))).collect();
    let trees = support::long_tlv(0x30, &support::long_tlv(0xa1, &excluded));
    let hosts: Vec<u8> = (0..5000).flat_map(|number| name("b", number)).collect();
    let hosts = support::long_tlv(0x30, &hosts);
    let root = authority("CN=root").self_signed();
    let trust = TrustStore::from_certificates([root.certificate.clone()]);
    let constraints = NewExtension { oid: extension::NAME_CONSTRAINTS, critical: true, value: trees };
    let issuing = authority("CN=issuing").extension(constraints).issued_by(&root);
    let alternative = NewExtension { oid: extension::SUBJECT_ALT_NAME, critical: false, value: hosts };
    let leaf = leaf().extension(alternative).issued_by(&issuing).certificate;
    let started = Instant::now();
    let report = validate(&leaf, &[issuing.certificate], &trust, NOW);
    assert_eq!((report.state, report.problem), (ChainState::Unknown, Some(ChainProblem::TooMuchWork)));
    assert!(started.elapsed() < Elapsed::from_secs(5));
}
