//! The Chinese standards' own examples: GM/T 0003.5, GB/T 32905 (SM3), GB/T 32907 (SM4), and RFC 8998.

use algo::{
    Aead, AeadKey, Cbc, Hash, KeyTransport, PrivateKey, SignatureScheme, Sm2Id, cbc_decrypt, cbc_encrypt,
    raw_signature_to_der,
    sm2::{Ciphertext, RawOrder},
};
use openssl::nid::Nid;

use crate::{private_key::private_key, support::bytes};

/// d_A = d_B of GM/T 0003.5, Annex A and C.
const PRIVATE: &str = "3945208F 7B2144B1 3F36E38A C6D39F95 88939369 2860B51A 42FB81EF 4DF7C5B8";
const PUBLIC: &str = "04
    09F9DF31 1E5421A1 50DD7D16 1E4BC5C6 72179FAD 1833FC07 6BB08FF3 56F35020
    CCEA490C E26775A5 2DC6EA71 8CC1AA60 0AED05FB F35E084A 6632F607 2DA9AD13";
/// C1, C3, C2 of "encryption standard". Its first byte is a 04 that belongs to the coordinate.
const C1: &str = "
    04EBFC71 8E8D1798 62043226 8E77FEB6 415E2EDE 0E073C0F 4F640ECD 2E149A73
    E858F9D8 1E5430A5 7B36DAAB 8F950A3C 64E6EE6A 63094D99 283AFF76 7E124DF0";
const C3: &str = "59983C18 F809E262 923C53AE C295D303 83B54E39 D609D160 AFCB1908 D0BD8766";
const C2: &str = "21886CA9 89CA9C7D 58087307 CA93092D 651EFA";

fn example_key() -> PrivateKey {
    private_key(Nid::SM2, &bytes(PRIVATE))
}

#[test]
fn gmt_0003_5_key_pair() {
    assert_eq!(example_key().public().point().unwrap(), bytes(PUBLIC));
}

#[test]
fn gmt_0003_5_z_and_e() {
    let key = example_key();
    let z = key.public().sm2_z(&Sm2Id::DEFAULT).unwrap();
    assert_eq!(z.to_string(), "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3");
    let e = key.public().to_sign(&SignatureScheme::Sm2(Sm2Id::DEFAULT), b"message digest").unwrap();
    assert_eq!(e.to_string(), "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");
}

#[test]
fn gmt_0003_5_signature() {
    let signature = raw_signature_to_der(&bytes(
        "F5A03B06 48D2C463 0EEAC513 E1BB81A1 5944DA38 27D5B741 43AC7EAC EEE720B3
         B1B6AA29 DF212FD8 763182BC 0D421CA1 BB9038FD 1F7F42D4 840B69C4 85BBC1AA",
    ))
    .unwrap();
    let public = example_key().public().clone();
    assert!(public.verify(&SignatureScheme::Sm2(Sm2Id::DEFAULT), b"message digest", &signature).is_ok());
    assert!(public.verify(&SignatureScheme::Sm2(Sm2Id::EMPTY), b"message digest", &signature).is_err());
    assert!(public.verify(&SignatureScheme::Sm2(Sm2Id::DEFAULT), b"message digesT", &signature).is_err());
}

#[test]
fn gmt_0003_5_decryption_in_every_form() {
    let key = example_key();
    let (c1, c3, c2) = (bytes(C1), bytes(C3), bytes(C2));
    let c1_c3_c2 = [&c1[..], &c3, &c2].concat();
    let c1_c2_c3 = [&c1[..], &c2, &c3].concat();
    let der = Ciphertext::from_raw(&c1_c3_c2, RawOrder::C1C3C2).unwrap().to_der();
    let forms = [der, [&[4], &c1_c3_c2[..]].concat(), [&[4], &c1_c2_c3[..]].concat(), c1_c3_c2, c1_c2_c3];
    for form in forms {
        let opened = key.unwrap_key(KeyTransport::Sm2, &form).expect("each form is read");
        assert_eq!(opened.expose(), b"encryption standard");
    }
}

#[test]
fn gbt_32905_sm3() {
    assert_eq!(
        Hash::Sm3.digest(b"abc").to_string(),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
    assert_eq!(
        Hash::Sm3.digest(&b"abcd".repeat(16)).to_string(),
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    );
}

/// Example 1: one block. CBC with a zero initialisation vector is the bare cipher on its first block.
#[test]
fn gbt_32907_sm4_one_block() {
    let key = bytes("0123456789abcdeffedcba9876543210");
    let cipher = cbc_encrypt(Cbc::Sm4, &key, &[0; 16], &key).unwrap();
    assert_eq!(cipher[..16], bytes("681edf34d206965e86b3e94f536e4246"));
    assert_eq!(cbc_decrypt(Cbc::Sm4, &key, &[0; 16], &cipher).ok().unwrap().expose(), key);
}

/// Example 2: the block encrypted a million times over. CBC over zeros does just that, from the vector on.
#[test]
fn gbt_32907_sm4_a_million_times() {
    let key = bytes("0123456789abcdeffedcba9876543210");
    let start = key.clone().try_into().unwrap();
    let cipher = cbc_encrypt(Cbc::Sm4, &key, &start, &vec![0; 16 * 1_000_000]).unwrap();
    assert_eq!(cipher[16 * 999_999..][..16], bytes("595298c7c6fd271f0402f804c33d3f66"));
}

/// RFC 8998, Appendix A.1.
#[test]
fn rfc_8998_sm4_gcm() {
    let key = AeadKey::new(Aead::Sm4Gcm, &bytes("0123456789ABCDEFFEDCBA9876543210")).unwrap();
    let nonce = bytes("00001234567800000000ABCD").try_into().unwrap();
    let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
    let plain = bytes(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD
         EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
    );
    let sealed = bytes(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735
         D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D
         83DE3541E4C2B58177E065A9BF7B62EC",
    );
    let mut out = vec![0; plain.len() + 16];
    key.seal(&nonce, &aad, &plain, &mut out).unwrap();
    assert_eq!(out, sealed);
    let mut opened = vec![0; plain.len()];
    key.open(&nonce, &aad, &sealed, &mut opened).unwrap();
    assert_eq!(opened, plain);
}
