//! Every rule of path validation: a chain that keeps it is trusted, the same chain that breaks it names the rule.

use crate::support::{Draft, Entity, NOW, tlv};
use algo::Suite;
use const_oid::ObjectIdentifier;
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
fn constraints(kind: u8, bases: &[Vec<u8>]) -> impl Fn(Draft) -> Draft + use<> {
    let trees: Vec<u8> = bases.iter().flat_map(|base| tlv(0x30, base)).collect();
    let value = tlv(0x30, &tlv(kind, &trees));
    move |draft| {
        draft.extension(NewExtension { oid: extension::NAME_CONSTRAINTS, critical: true, value: value.clone() })
    }
}

fn directory(name: &str) -> Vec<u8> {
    tlv(0xa4, Name::parse(name).unwrap().der())
}

fn names(names: &[Vec<u8>]) -> impl Fn(Draft) -> Draft + use<> {
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

/// Which certificate of the chain a problem is about.
type Whose = fn(&Chain) -> Certificate;

const LEAF: Whose = |chain| chain.leaf.clone();
const ISSUING: Whose = |chain| chain.issuing.certificate.clone();
const ROOT: Whose = |chain| chain.root.certificate.clone();

/// A rule, a chain that breaks it, the certificate that is to blame, and how the problem looks with it.
type Broken = (&'static str, Chain, Whose, fn(Certificate) -> ChainProblem);

fn judge_all(state: ChainState, table: Vec<Broken>) {
    for (rule, chain, whose, problem) in table {
        assert_eq!(chain.judge(), (state, Some(problem(whose(&chain)))), "{rule}");
    }
}

#[test]
fn dates_that_are_not_kept() {
    let expired: fn(Certificate) -> _ =
        |certificate| ChainProblem::Expired { certificate, not_after: NOW - Duration::days(1) };
    let early: fn(Certificate) -> _ =
        |certificate| ChainProblem::NotYetValid { certificate, not_before: NOW + Duration::days(1) };
    judge_all(
        ChainState::Expired,
        vec![
            ("leaf expired", Chain::new(same, same, days(-9, -1)), LEAF, expired),
            ("leaf not yet valid", Chain::new(same, same, days(1, 9)), LEAF, early),
            ("issuer expired", Chain::new(same, days(-9, -1), same), ISSUING, expired),
            ("issuer not yet valid", Chain::new(same, days(1, 9), same), ISSUING, early),
            ("root expired", Chain::new(days(-9, -1), same, same), ROOT, expired),
        ],
    );
}

#[test]
fn issuers_that_may_not_issue() {
    let no_ca = |draft: Draft| draft.extension(NewExtension::basic_constraints(false, None));
    let no_constraints = |draft: Draft| draft.without(extension::BASIC_CONSTRAINTS);
    let only_crls = KeyUsage::CRL_SIGN.with(KeyUsage::DIGITAL_SIGNATURE);
    let no_cert_sign = |draft: Draft| draft.extension(NewExtension::key_usage(only_crls));
    let no_way_down = |draft: Draft| draft.extension(NewExtension::basic_constraints(true, Some(0)));
    let not_an_authority: fn(Certificate) -> _ = |issuer| ChainProblem::NotAnAuthority { issuer };
    let may_not_certify: fn(Certificate) -> _ = |issuer| ChainProblem::MayNotCertify { issuer };
    let path_length: fn(Certificate) -> _ = |issuer| ChainProblem::PathLength { issuer, allowed: 0, found: 1 };
    let wrong: fn(Certificate) -> _ = |certificate| ChainProblem::WrongSignature { certificate };
    judge_all(
        ChainState::Untrusted,
        vec![
            ("issuer is no authority", Chain::new(same, no_ca, same), ISSUING, not_an_authority),
            ("issuer without basicConstraints", Chain::new(same, no_constraints, same), ISSUING, not_an_authority),
            ("root is no authority", Chain::new(no_ca, same, same), ROOT, not_an_authority),
            ("issuer may not certify", Chain::new(same, no_cert_sign, same), ISSUING, may_not_certify),
            ("root may not certify", Chain::new(no_cert_sign, same, same), ROOT, may_not_certify),
            ("path length", Chain::new(no_way_down, same, same), ROOT, path_length),
            ("signed by another key of that name", chain_with_impostor(), LEAF, wrong),
        ],
    );
    let missing: fn(Certificate) -> _ = |certificate| ChainProblem::IssuerMissing { certificate };
    judge_all(ChainState::Unknown, vec![("key identifiers differ", chain_with_another_issuer(), LEAF, missing)]);
}

#[test]
fn critical_extensions_that_nobody_knows() {
    let unknown: fn(Certificate) -> _ =
        |certificate| ChainProblem::UnknownCriticalExtension { certificate, oid: UNKNOWN };
    judge_all(
        ChainState::Untrusted,
        vec![
            ("in the leaf", Chain::new(same, same, unknown_critical), LEAF, unknown),
            ("in the issuer", Chain::new(same, unknown_critical, same), ISSUING, unknown),
            ("in the root", Chain::new(unknown_critical, same, same), ROOT, unknown),
        ],
    );
}

#[test]
fn names_outside_what_an_authority_may_issue_for() {
    fn not_allowed(issuer: Certificate, name: &str) -> ChainProblem {
        ChainProblem::NameNotAllowed { issuer, name: name.to_owned() }
    }
    let com = |kind| constraints(kind, &[tlv(DNS, b"example.com")]);
    let mail = || constraints(PERMITTED, &[tlv(MAIL, b"example.com")]);
    let mail_in_subject = |draft: Draft| {
        draft.change(|template| template.subject = Name::parse("emailAddress=a@example.org,CN=leaf").unwrap())
    };
    let other_unit = constraints(PERMITTED, &[directory("O=乙,C=CN")]);
    let not_the_leaf = constraints(EXCLUDED, &[directory("CN=leaf,O=甲,C=CN")]);
    let not_the_issuer = constraints(EXCLUDED, &[directory("CN=issuing,O=甲,C=CN")]);
    let leaf_name: fn(Certificate) -> _ = |issuer| not_allowed(issuer, "CN=leaf,O=甲,C=CN");
    let issuer_name: fn(Certificate) -> _ = |issuer| not_allowed(issuer, "CN=issuing,O=甲,C=CN");
    let org_mail: fn(Certificate) -> _ = |issuer| not_allowed(issuer, "a@example.org");
    judge_all(
        ChainState::Untrusted,
        vec![
            ("name outside", Chain::new(other_unit, same, same), ROOT, leaf_name),
            ("name excluded", Chain::new(same, not_the_leaf, same), ISSUING, leaf_name),
            ("authority's name excluded", Chain::new(not_the_issuer, same, same), ROOT, issuer_name),
            ("mail outside", Chain::new(same, mail(), names(&[tlv(MAIL, b"a@example.org")])), ISSUING, org_mail),
            ("mail in the subject outside", Chain::new(same, mail(), mail_in_subject), ISSUING, org_mail),
            ("host outside", Chain::new(com(PERMITTED), same, names(&[tlv(DNS, b"badexample.com")])), ROOT, |issuer| {
                not_allowed(issuer, "badexample.com")
            }),
            ("host excluded", Chain::new(com(EXCLUDED), same, names(&[tlv(DNS, b"A.Example.com")])), ROOT, |issuer| {
                not_allowed(issuer, "A.Example.com")
            }),
        ],
    );
}

#[test]
fn constraints_that_are_not_evaluated() {
    let registered = constraints(EXCLUDED, &[tlv(REGISTERED_ID, &[42, 3])]);
    let minimum = constraints(PERMITTED, &[[directory("C=CN"), tlv(0x80, &[1])].concat()]);
    let not_understood: fn(Certificate) -> _ = |issuer| ChainProblem::NameConstraintNotUnderstood { issuer };
    judge_all(
        ChainState::Untrusted,
        vec![
            (
                "another form of name",
                Chain::new(registered, same, names(&[tlv(REGISTERED_ID, &[42, 4])])),
                ROOT,
                not_understood,
            ),
            ("a minimum", Chain::new(minimum, same, same), ROOT, not_understood),
        ],
    );
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
