-- Version 1. Moments are RFC 3339, hashes lower-case hexadecimal, key ids as in the bid's slots.
CREATE TABLE bid (
    root        TEXT PRIMARY KEY,
    header_hash TEXT NOT NULL,
    profile     TEXT NOT NULL,
    file        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    files       INTEGER NOT NULL,
    project     TEXT NOT NULL,
    lot         TEXT NOT NULL,
    bidder      TEXT NOT NULL,
    credit_code TEXT NOT NULL,
    sealed_at   TEXT NOT NULL,
    opens_at    TEXT,
    -- sealing: being given its name; waiting; opened; cleared
    state       TEXT NOT NULL,
    state_since TEXT NOT NULL
) STRICT;

CREATE TABLE recipient (
    root     TEXT NOT NULL REFERENCES bid ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role     TEXT NOT NULL,
    holder   TEXT NOT NULL,
    serial   TEXT NOT NULL,
    key_id   TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    PRIMARY KEY (root, position)
) STRICT;
CREATE INDEX recipient_key ON recipient (key_id);

-- Where a key was seen last. Many bids share a key.
CREATE TABLE device (
    key_id   TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    token    TEXT NOT NULL,
    label    TEXT NOT NULL,
    serial   TEXT NOT NULL,
    seen_at  TEXT NOT NULL
) STRICT;

-- Trial openings, openings, and how they went: `done` or the code of the failure. Without a root where the file could not be read.
CREATE TABLE attempt (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    root      TEXT,
    file      TEXT NOT NULL,
    operation TEXT NOT NULL,
    result    TEXT NOT NULL,
    at        TEXT NOT NULL
) STRICT;

-- The bidder's statement and the platform's receipt.
CREATE TABLE proof (
    root    TEXT NOT NULL REFERENCES bid ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    at      TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    matches INTEGER,
    bytes   BLOB NOT NULL,
    PRIMARY KEY (root, kind)
) STRICT;

CREATE TABLE reminded (
    root TEXT NOT NULL REFERENCES bid ON DELETE CASCADE,
    due  TEXT NOT NULL,
    PRIMARY KEY (root, due)
) STRICT;
