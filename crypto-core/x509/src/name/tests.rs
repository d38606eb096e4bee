//! Distinguished names: reading, writing, comparing.

use super::*;

#[test]
fn names_are_written_as_they_were_typed() {
    let texts = [
        "CN=张三,O=杭州某某建设有限公司,C=CN",
        "CN=a+serialNumber=SN-0001,OU=b,O=c",
        r#"CN=Li\, Lei \"x\" \\ \<y\>\;\+,O=\#1"#,
        r"CN=\ outer spaces\ ,O=inner  spaces",
        "emailAddress=a@example.com,DC=example,DC=com",
        "1.2.3.4=#0c0161,CN=x",
        "CN=（有限合伙）,organizationIdentifier=NTRCN-91330106MA27XXXX0A",
    ];
    for text in texts {
        let name = Name::parse(text).unwrap();
        assert_eq!(name.to_string(), text);
        let again = Name::from_der(name.der()).unwrap();
        assert_eq!(again.to_string(), text, "after DER");
        assert_eq!(again, name);
    }
}

#[test]
fn other_ways_to_type_the_same_name() {
    let name = Name::parse("CN=Li\\, Lei,O=甲").unwrap();
    for text in [r#" cn = "Li, Lei" , o = 甲 "#, r"CN=Li\2C Lei,O=\E7\94\B2", "2.5.4.3=Li\\, Lei, OID.2.5.4.10=甲"] {
        assert_eq!(Name::parse(text).unwrap().to_string(), name.to_string(), "{text}");
    }
}

#[test]
fn mistakes_have_their_own_answers() {
    use NameError as E;
    let long = format!("CN={}", "长".repeat(65));
    let table: &[(&str, E)] = &[
        ("", E::Empty),
        ("  ", E::Empty),
        ("张三", E::NoEquals { part: "张三".into() }),
        ("CN=x,", E::NoEquals { part: String::new() }),
        ("XX=1", E::UnknownType { name: "XX".into() }),
        ("1.2.3=text", E::UnknownType { name: "1.2.3".into() }),
        ("CN=", E::EmptyValue { name: "CN" }),
        ("CN=a\\", E::Escape { part: "CN=a\\".into() }),
        ("CN=a\\zz", E::Escape { part: "CN=a\\zz".into() }),
        ("CN=\\FF", E::Escape { part: "CN=\\FF".into() }),
        ("CN=\"a", E::Escape { part: "CN=\"a".into() }),
        ("C=China", E::TooLong { name: "C", longest: 2 }),
        (&long, E::TooLong { name: "CN", longest: 64 }),
        ("C=中国", E::Character { name: "C", character: '中' }),
        ("emailAddress=张@example.com", E::Character { name: "emailAddress", character: '张' }),
        ("CN=a\u{202e}b", E::Character { name: "CN", character: '\u{202e}' }),
        ("CN=a\\00b", E::Character { name: "CN", character: '\0' }),
        ("CN=张三，O=某公司", E::FullWidth { separator: '，', meant: ',' }),
        ("CN＝张三", E::FullWidth { separator: '＝', meant: '=' }),
        ("CN=#0", E::Hex { part: "CN=#0".into() }),
        ("CN=#0c05ab", E::Hex { part: "CN=#0c05ab".into() }),
    ];
    for (text, error) in table {
        assert_eq!(Name::parse(text).as_ref(), Err(error), "{text:?}");
    }
    assert!(Name::parse("O=甲公司，乙分公司").is_ok(), "a full-width comma inside a name is a character like others");
}

#[test]
fn every_string_type_is_readable() {
    fn cn(tag: u8, content: &[u8]) -> Name {
        let value = [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
        let pair = wrap(0x30, &[&[6, 3, 0x55, 4, 3], value.as_slice()].concat());
        Name::from_der(&wrap(0x30, &wrap(0x31, &pair))).unwrap()
    }
    fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }
    let table: &[(u8, &[u8], &str)] = &[
        (0x0c, "张三".as_bytes(), "张三"),
        (0x13, b"Zhang San", "Zhang San"),
        (0x16, b"zhang@san", "zhang@san"),
        (0x1e, &[0x5f, 0x20, 0x4e, 0x09], "张三"),
        (0x1e, &[0xd8, 0x42, 0xdf, 0xb7], "𠮷"),
        (0x14, b"M\xfcller", "Müller"),
        (0x14, "张三".as_bytes(), "张三"),
        (0x12, b"2024", "2024"),
    ];
    for (tag, content, text) in table {
        assert_eq!(cn(*tag, content).common_name().as_deref(), Some(*text), "tag {tag:#x}");
    }
    for (tag, content) in [(0x0c, &b"\xff\xfe"[..]), (0x1e, &[0x5f]), (0x1e, &[0xd8, 0x42]), (4, b"x")] {
        let name = cn(tag, content);
        assert_eq!(name.common_name(), None);
        assert!(name.to_string().starts_with("2.5.4.3=#"), "{name}");
    }
    assert_eq!(cn(0x0c, b"Zhang  San"), cn(0x13, b" zhang san"), "RFC 5280 section 7.1");
    assert_ne!(cn(0x0c, b"ZhangSan"), cn(0x13, b"zhang san"));
}

#[test]
fn a_name_cannot_hide_characters() {
    let name =
        Name::from_rdns(vec![vec![Attribute::new(types::COMMON_NAME, Tag::Utf8String, "a\u{202e}b\n".as_bytes())]]);
    assert_eq!(name.to_string(), r"CN=a\E2\80\AEb\0A");
}

#[test]
fn subtrees() {
    let base = Name::parse("O=甲,C=CN").unwrap();
    let table =
        [("CN=x,O=甲,C=CN", true), ("O=甲,C=cn", true), ("O=乙,C=CN", false), ("C=CN", false), ("C=CN,O=甲", false)];
    for (text, within) in table {
        assert_eq!(Name::parse(text).unwrap().is_within(&base), within, "{text}");
    }
}
