//! Every rule of path validation: a chain that keeps it is trusted, the same chain that breaks it names the rule.

mod support;

use algo::Suite;
use const_oid::ObjectIdentifier;
use support::{Draft, Entity, NOW, tlv};
use time::Duration;
use x509::issue::{NewExtension, Profile, Validity};
use x509::oid::extension;
use x509::{Certificate, ChainProblem, ChainState, KeyUsage, Name, TrustStore, validate};

const INTERMEDIATE: Profile = Profile::Intermediate { path_len: 0 };

/// root → issuing → leaf, each changed by its function.
struct Chain {
    root: Entity,
    issuing: Entity,
    leaf: Certificate,
}

impl Chain {
    fn new(root: impl Fn(Draft) -> Draft, issuing: impl Fn(Draft) -> Draft, leaf: impl Fn(Draft) -> Draft) -> Self {
        let root = root(Draft::new(Suite::P256, "CN=root,O=甲,C=CN", Profile::Root)).self_signed();
        let issuing = issuing(Draft::new(Suite::P256, "CN=issuing,O=甲,C=CN", INTERMEDIATE)).issued_by(&root);
        let leaf = leaf(Draft::new(Suite::P256, "CN=leaf,O=甲,C=CN", Profile::Sign)).issued_by(&issuing).certificate;
        Self { root, issuing, leaf }
    }

    fn judge(&self) -> (ChainState, Option<ChainProblem>) {
        let trust = TrustStore::from_certificates([self.root.certificate.clone()]);
        let report = validate(&self.leaf, std::slice::from_ref(&self.issuing.certificate), &trust, NOW);
        assert_eq!(report.problem.is_none(), report.is_trusted());
        (report.state, report.problem)
    }
}

fn same(draft: Draft) -> Draft {
    draft
}

fn unknown_critical(draft: Draft) -> Draft {
    draft.extension(NewExtension { oid: UNKNOWN, critical: true, value: vec![5, 0] })
}

const UNKNOWN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.3.4.5");

fn days(from: i64, to: i64) -> impl Fn(Draft) -> Draft {
    let validity = Validity { not_before: NOW + Duration::days(from), not_after: NOW + Duration::days(to) };
    move |draft| draft.change(|template| template.validity = validity)
}

/// permitted [0] or excluded [1] subtrees of bases that are DER GeneralNames.
fn constraints(kind: u8, bases: &[Vec<u8>]) -> impl Fn(Draft) -> Draft {
    let trees: Vec<u8> = bases.iter().flat_map(|base| tlv(0x30, base)).collect();
    let value = tlv(0x30, &tlv(kind, &trees));
    move |draft| {
        draft.extension(NewExtension { oid: extension::NAME_CONSTRAINTS, critical: true, value: value.clone() })
    }
}

fn directory(name: &str) -> Vec<u8> {
    tlv(0xa4, Name::parse(name).unwrap().der())
}

fn names(names: &[Vec<u8>]) -> impl Fn(Draft) -> Draft {
    let value = tlv(0x30, &names.concat());
    move |draft| {
        let value = value.clone();
        draft.extension(NewExtension { oid: extension::SUBJECT_ALT_NAME, critical: false, value })
    }
}

const PERMITTED: u8 = 0xa0;
const EXCLUDED: u8 = 0xa1;
const MAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const REGISTERED_ID: u8 = 0x88;

#[test]
fn chains_that_keep_the_rules_are_trusted() {
    let kept: Vec<(&str, Chain)> = vec![
        ("plain", Chain::new(same, same, same)),
        ("first and last second", Chain::new(same, same, days(0, 0))),
        (
            "unknown extension, not critical",
            Chain::new(same, same, |draft| {
                draft.extension(NewExtension { oid: UNKNOWN, critical: false, value: vec![5, 0] })
            }),
        ),
        ("issuer without key usage", Chain::new(same, |draft| draft.without(extension::KEY_USAGE), same)),
        (
            "path length just enough",
            Chain::new(|draft| draft.extension(NewExtension::basic_constraints(true, Some(1))), same, same),
        ),
        (
            "no key identifiers",
            Chain::new(
                |draft| draft.without(extension::SUBJECT_KEY_ID),
                same,
                |draft| draft.without(extension::AUTHORITY_KEY_ID),
            ),
        ),
        ("name inside", Chain::new(constraints(PERMITTED, &[directory("O=甲,C=CN")]), same, same)),
        (
            "one of two subtrees",
            Chain::new(constraints(PERMITTED, &[directory("O=乙,C=CN"), directory("O=甲,C=CN")]), same, same),
        ),
        ("name not excluded", Chain::new(constraints(EXCLUDED, &[directory("O=乙,C=CN")]), same, same)),
        ("constraint on another form", Chain::new(same, constraints(PERMITTED, &[tlv(DNS, b"example.com")]), same)),
        (
            "mail inside",
            Chain::new(
                same,
                constraints(PERMITTED, &[tlv(MAIL, b"example.com")]),
                names(&[tlv(MAIL, b"a@example.com")]),
            ),
        ),
        (
            "host inside",
            Chain::new(same, constraints(PERMITTED, &[tlv(DNS, b"example.com")]), names(&[tlv(DNS, b"a.example.com")])),
        ),
    ];
    for (rule, chain) in kept {
        assert_eq!(chain.judge(), (ChainState::Trusted, None), "{rule}");
    }
}

#[test]
fn every_broken_rule_has_its_own_problem() {
    type Expected = fn(&Chain) -> (ChainState, ChainProblem);
    use ChainProblem as P;
    use ChainState::{Expired, Unknown, Untrusted};
    let broken: Vec<(&str, Chain, Expected)> = vec![
        ("leaf expired", Chain::new(same, same, days(-9, -1)), |chain| {
            (Expired, P::Expired { certificate: chain.leaf.clone(), not_after: NOW - Duration::days(1) })
        }),
        ("leaf not yet valid", Chain::new(same, same, days(1, 9)), |chain| {
            (Expired, P::NotYetValid { certificate: chain.leaf.clone(), not_before: NOW + Duration::days(1) })
        }),
        ("issuer expired", Chain::new(same, days(-9, -1), same), |chain| {
            let certificate = chain.issuing.certificate.clone();
            (Expired, P::Expired { certificate, not_after: NOW - Duration::days(1) })
        }),
        ("root expired", Chain::new(days(-9, -1), same, same), |chain| {
            let certificate = chain.root.certificate.clone();
            (Expired, P::Expired { certificate, not_after: NOW - Duration::days(1) })
        }),
        (
            "issuer is no authority",
            Chain::new(same, |draft| draft.extension(NewExtension::basic_constraints(false, None)), same),
            |chain| (Untrusted, P::NotAnAuthority { issuer: chain.issuing.certificate.clone() }),
        ),
        (
            "issuer without basicConstraints",
            Chain::new(same, |draft| draft.without(extension::BASIC_CONSTRAINTS), same),
            |chain| (Untrusted, P::NotAnAuthority { issuer: chain.issuing.certificate.clone() }),
        ),
        (
            "root is no authority",
            Chain::new(|draft| draft.extension(NewExtension::basic_constraints(false, None)), same, same),
            |chain| (Untrusted, P::NotAnAuthority { issuer: chain.root.certificate.clone() }),
        ),
        (
            "issuer may not certify",
            Chain::new(
                same,
                |draft| draft.extension(NewExtension::key_usage(KeyUsage::CRL_SIGN.with(KeyUsage::DIGITAL_SIGNATURE))),
                same,
            ),
            |chain| (Untrusted, P::MayNotCertify { issuer: chain.issuing.certificate.clone() }),
        ),
        (
            "path length",
            Chain::new(|draft| draft.extension(NewExtension::basic_constraints(true, Some(0))), same, same),
            |chain| (Untrusted, P::PathLength { issuer: chain.root.certificate.clone(), allowed: 0, found: 1 }),
        ),
        ("unknown critical extension in the leaf", Chain::new(same, same, unknown_critical), |chain| {
            (Untrusted, P::UnknownCriticalExtension { certificate: chain.leaf.clone(), oid: UNKNOWN })
        }),
        ("unknown critical extension in the issuer", Chain::new(same, unknown_critical, same), |chain| {
            (Untrusted, P::UnknownCriticalExtension { certificate: chain.issuing.certificate.clone(), oid: UNKNOWN })
        }),
        ("unknown critical extension in the root", Chain::new(unknown_critical, same, same), |chain| {
            (Untrusted, P::UnknownCriticalExtension { certificate: chain.root.certificate.clone(), oid: UNKNOWN })
        }),
        ("name outside", Chain::new(constraints(PERMITTED, &[directory("O=乙,C=CN")]), same, same), |chain| {
            (Untrusted, P::NameNotAllowed { issuer: chain.root.certificate.clone(), name: "CN=leaf,O=甲,C=CN".into() })
        }),
        ("name excluded", Chain::new(same, constraints(EXCLUDED, &[directory("CN=leaf,O=甲,C=CN")]), same), |chain| {
            (
                Untrusted,
                P::NameNotAllowed { issuer: chain.issuing.certificate.clone(), name: "CN=leaf,O=甲,C=CN".into() },
            )
        }),
        (
            "mail outside",
            Chain::new(
                same,
                constraints(PERMITTED, &[tlv(MAIL, b"example.com")]),
                names(&[tlv(MAIL, b"a@example.org")]),
            ),
            |chain| {
                (
                    Untrusted,
                    P::NameNotAllowed { issuer: chain.issuing.certificate.clone(), name: "a@example.org".into() },
                )
            },
        ),
        (
            "mail in the subject outside",
            Chain::new(same, constraints(PERMITTED, &[tlv(MAIL, b"example.com")]), |draft| {
                draft.change(|template| template.subject = Name::parse("emailAddress=a@example.org,CN=leaf").unwrap())
            }),
            |chain| {
                (
                    Untrusted,
                    P::NameNotAllowed { issuer: chain.issuing.certificate.clone(), name: "a@example.org".into() },
                )
            },
        ),
        (
            "host outside",
            Chain::new(
                constraints(PERMITTED, &[tlv(DNS, b"example.com")]),
                same,
                names(&[tlv(DNS, b"badexample.com")]),
            ),
            |chain| {
                (Untrusted, P::NameNotAllowed { issuer: chain.root.certificate.clone(), name: "badexample.com".into() })
            },
        ),
        (
            "host excluded",
            Chain::new(constraints(EXCLUDED, &[tlv(DNS, b"example.com")]), same, names(&[tlv(DNS, b"A.Example.com")])),
            |chain| {
                (Untrusted, P::NameNotAllowed { issuer: chain.root.certificate.clone(), name: "A.Example.com".into() })
            },
        ),
        (
            "constraint of a form not evaluated",
            Chain::new(
                constraints(EXCLUDED, &[tlv(REGISTERED_ID, &[42, 3])]),
                same,
                names(&[tlv(REGISTERED_ID, &[42, 4])]),
            ),
            |chain| (Untrusted, P::NameConstraintNotUnderstood { issuer: chain.root.certificate.clone() }),
        ),
        (
            "constraint with a minimum",
            Chain::new(constraints(PERMITTED, &[[directory("C=CN"), tlv(0x80, &[1])].concat()]), same, same),
            |chain| (Untrusted, P::NameConstraintNotUnderstood { issuer: chain.root.certificate.clone() }),
        ),
        ("signed by another key of that name", chain_with_impostor(), |chain| {
            (Untrusted, P::WrongSignature { certificate: chain.leaf.clone() })
        }),
        ("key identifiers differ", chain_with_another_issuer(), |chain| {
            (Unknown, P::IssuerMissing { certificate: chain.leaf.clone() })
        }),
    ];
    for (rule, chain, expected) in broken {
        let (state, problem) = expected(&chain);
        assert_eq!(chain.judge(), (state, Some(problem)), "{rule}");
    }
}

/// Another issuer of the same name is at hand: the key identifiers tell that it is not the one.
fn chain_with_another_issuer() -> Chain {
    let mut chain = Chain::new(same, same, same);
    chain.issuing = Draft::new(Suite::P256, "CN=issuing,O=甲,C=CN", INTERMEDIATE).issued_by(&chain.root);
    chain
}

/// The leaf is signed by a key that bears the issuer's name but is not the issuer's.
fn chain_with_impostor() -> Chain {
    let mut chain = Chain::new(same, same, same);
    let impostor = Draft::new(Suite::P256, "CN=issuing,O=甲,C=CN", INTERMEDIATE).issued_by(&chain.root);
    let leaf = Draft::new(Suite::P256, "CN=leaf,O=甲,C=CN", Profile::Sign).without(extension::AUTHORITY_KEY_ID);
    chain.leaf = leaf.issued_by(&impostor).certificate;
    chain
}
