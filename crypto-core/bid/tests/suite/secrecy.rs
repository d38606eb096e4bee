//! What a bid tells to those who have no key.

use crate::support::{Desk, noise};
use bid::{Profile, inspect};
use std::fs;

#[test]
fn neither_names_nor_contents_nor_times_stand_in_the_clear() {
    for profile in Profile::ALL {
        let desk = Desk::new();
        let content = noise(20_000);
        desk.file("geheimname-folder/投标机密.txt", &content);
        desk.encrypt(profile, &[desk.path("geheimname-folder")], "a.bid");
        let bid = fs::read(desk.path("a.bid")).unwrap();
        for secret in ["geheimname".as_bytes(), "机密".as_bytes(), b".txt", &content[..16], &content[19_000..19_016]]
        {
            assert!(!bid.windows(secret.len()).any(|window| window == secret), "{secret:?} stands in the clear");
        }
    }
}

#[test]
fn anybody_can_read_the_claims() {
    let desk = Desk::new();
    desk.file("a.txt", b"x");
    let sealed = desk.encrypt(Profile::Sm, &[desk.path("a.txt")], "a.bid");
    let envelope = inspect(&desk.path("a.bid")).unwrap();
    assert_eq!(envelope.metadata().claims.project, "P-1");
    assert_eq!((envelope.metadata().file_count, envelope.metadata().total_length), (1, sealed.payload_len));
    assert_eq!(envelope.claimed_root(), sealed.root);
    assert_eq!(envelope.header_hash(), sealed.header_hash);
    assert_eq!(envelope.slots(), sealed.slots);
    assert!(!envelope.has_password());
}
