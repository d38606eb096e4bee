"""Makes the vectors that must be refused, one fault each, and two bids sealed by this implementation.

    python tests/bid_reader/forge.py tests/data/bid/v1

The files that are committed are what counts; this need not run again. Every fault is forged as well as its forger could:
whatever can be computed without the key (units, root) fits, and where the forger has the key (a bidder who cheats),
MAC, commitment and tags fit too. So each file fails at the check that is meant for it.
"""

import copy
import json
import secrets
import sys
from pathlib import Path

import bid
import cms
import der

PROJECT = "GC-2026-0417"
TEXT = "docs/bid-format.md is enough to write a second reader.\n"
OFFER_FILES = [("报价.txt", TEXT.encode())]


class Bid:
    """A bid taken apart; `parts()` puts it together again as it stands, without repairing anything."""

    def __init__(self, envelope):
        self.profile = envelope.profile
        self.header, self.mac, self.salt = envelope.header, envelope.mac, envelope.salt
        self.commitment, self.chunks = envelope.commitment, list(envelope.chunks)
        self.total_length = envelope.metadata["total_length"]
        self.padding = bytes(-(len(self.header) + 88) % bid.PAGE)
        self.fit_tree()

    def fit_tree(self):
        self.units = bid.hash_units(self.profile, self.chunks)
        self.fit_root()
        return self

    def fit_root(self):
        envelope = copy.copy(self)
        envelope.metadata = {"total_length": self.total_length}
        self.root = bid.root(envelope, self.units)
        self.end = (32 * len(self.units) + 40).to_bytes(4, "big") + b"BIDT"
        return self

    def to_bytes(self):
        head = self.header + self.mac + self.salt + self.commitment + self.padding
        return head + b"".join(self.chunks) + b"".join(self.units) + self.root + self.end


def seal(profile, input_key, metadata_der, slots, payload, total_length=None, header_der=None, flags=0):
    """A bid by a writer who holds the key; `header_der` replaces the header's usual DER."""
    header = header_der or der.tlv(der.SEQUENCE, der.integer(1), metadata_der, der.tlv(der.SEQUENCE, *slots))
    prefix = b"BIDENC01" + len(header).to_bytes(4, "big") + profile.number.to_bytes(2, "big") + flags.to_bytes(2, "big")
    made = Bid.__new__(Bid)
    made.profile, made.header, made.salt = profile, prefix + header, secrets.token_bytes(24)
    k_hdr = profile.expand(input_key, b"bidenc header", 32)
    made.mac = profile.mac(k_hdr, made.header)
    key = bid.BodyKey(profile, input_key, made.salt, profile.hash(prefix + metadata_der))
    made.commitment = key.commitment
    pieces = [payload[i : i + bid.CHUNK] for i in range(0, len(payload) + 1, bid.CHUNK)]
    made.chunks = [key.seal(i, piece) for i, piece in enumerate(pieces)]
    made.padding = bytes(-(len(made.header) + 88) % bid.PAGE)
    made.total_length = len(payload) if total_length is None else total_length
    return made.fit_tree()


def metadata_der(total_length, file_count, texts=("", "", "", "")):
    fields = [der.tlv(der.UTF8, text.encode()) for text in texts]
    return der.tlv(der.SEQUENCE, *fields, der.integer(total_length), der.integer(file_count))


def entry_der(path, size, offset, mtime=0):
    path = path if isinstance(path, bytes) else path.encode()
    return der.tlv(
        der.SEQUENCE, der.tlv(der.UTF8, path), der.integer(size), der.integer(offset), der.integer(mtime)
    )


def payload_of(index, contents):
    return len(index).to_bytes(8, "big") + index + contents


def index_of(files):
    rows, offset = [], 0
    for path, content in files:
        rows.append(entry_der(path, len(content), offset))
        offset += len(content)
    return der.tlv(der.SEQUENCE, *rows)


def flip(data, at):
    """The lowest bit of the byte at `at`."""
    data = bytearray(data)
    data[at] ^= 1
    return bytes(data)


class Holder:
    """One key of the vectors with a bid that it opens, and the input key in that bid."""

    def __init__(self, folder, name, file, profile):
        self.name, self.profile = name, bid.PROFILES[profile]
        self.key = cms.load_key((folder / f"keys/{name}.p8").read_bytes())
        envelope = bid.read((folder / file).read_bytes())
        slot = next(slot for slot in envelope.slots if slot.key_id == cms.key_id(self.key))
        self.input_key = bid.bid_key(cms.open_enveloped(slot.content_info, self.key), slot.role)
        self.slot = slot_der(slot)
        self.content_info = slot.content_info


def slot_der(slot, role=None, key_id=None, content_info=None, serial=None, label=None):
    return der.tlv(
        der.SEQUENCE,
        der.tlv(der.ENUMERATED, bytes([bid.ROLES.index(role or slot.role)])),
        der.tlv(der.UTF8, (slot.label if label is None else label).encode()),
        der.tlv(der.OCTETS, slot.serial if serial is None else serial),
        der.tlv(der.OCTETS, key_id or slot.key_id),
        der.tlv(der.explicit(0), content_info or slot.content_info),
    )


class Forge:
    def __init__(self, folder, holder, again, other):
        """`again` is the same key in another bid, `other` another key in a third one."""
        self.folder, self.holder, self.again, self.other, self.vectors = folder, holder, again, other, []
        self.profile = holder.profile

    def refuse(self, name, fault, data, code="bid.tampered"):
        file = f"refused/{self.profile.name}-{name}.bid"
        data = data if isinstance(data, bytes) else data.to_bytes()
        (self.folder / file).write_bytes(data)
        self.vectors.append({"file": file, "fault": fault, "code": code, "key": self.holder.name})

    def seal(self, files=None, index=None, contents=None, count=None, slots=None, **changes):
        """A bid by the holder; `index`, `contents` and `count` replace what would follow from `files`."""
        files = files or [("报价.txt", TEXT.encode())]
        index = index_of(files) if index is None else index
        contents = b"".join(content for _, content in files) if contents is None else contents
        payload = payload_of(index, contents) if isinstance(index, bytes) else index(contents)
        metadata = metadata_der(len(payload), len(files) if count is None else count, (PROJECT, "", "", ""))
        slots = [self.holder.slot] if slots is None else slots
        return seal(self.profile, self.holder.input_key, metadata, slots, payload, **changes)

    def large(self):
        """Three chunks."""
        contents = bytes(i * i // 7 & 255 for i in range(33_000))
        return self.seal([("图/a.bin", contents[:20_000]), ("b.txt", b""), ("c", contents[20_000:])])

    def seal_good(self):
        """A bid of this implementation that everybody must open."""
        made = self.large()
        file = f"{self.profile.name}-by-python.bid"
        (self.folder / file).write_bytes(made.to_bytes())
        envelope = bid.read(made.to_bytes())
        described = bid.describe(envelope, envelope.open([self.holder.key]))
        del described["slots"]
        return {"file": file, "open": [{"key": self.holder.name}], **described}

    def all(self):
        self.prefix()
        self.without_key()
        self.structure()
        self.body()
        self.by_the_bidder()
        self.index()
        self.paths()
        return self.vectors

    def prefix(self):
        data = self.seal().to_bytes()
        self.refuse("magic", "another magic", b"B1D" + data[3:])
        self.refuse("format-02", "magic of version 2", data[:6] + b"02" + data[8:], "bid.version")
        self.refuse("profile-3", "unknown profile", data[:13] + b"\3" + data[14:], "bid.version")
        made = self.seal()
        made.profile = bid.PROFILES[3 - self.profile.number]
        made.header = made.header[:13] + bytes([made.profile.number]) + made.header[14:]
        self.refuse("other-profile", "downgrade to the other profile", made.fit_tree())
        self.refuse("flag-2", "unknown flag", data[:15] + b"\2" + data[16:], "bid.version")
        self.refuse("threshold", "threshold flag", data[:15] + b"\1" + data[16:], "bid.threshold")
        self.refuse("long-header", "header longer than 64 KiB", data[:8] + (65537).to_bytes(4, "big") + data[12:])
        self.refuse("header-length", "header length one too small", data[:11] + flip(data[11:12], 0) + data[12:])

    def without_key(self):
        """What somebody on the way can do: units and root are made to fit."""
        for name in ("mac", "salt", "commitment"):
            made = self.seal()
            setattr(made, name, flip(getattr(made, name), 5))
            self.refuse(name, f"one bit of {name}", made.fit_root())
        made = self.seal()
        made.header = made.header.replace(PROJECT.encode(), flip(PROJECT.encode(), 0))
        self.refuse("header", "one bit of a text in the header", made.fit_root())
        made = self.seal()
        at = made.header.index(self.holder.content_info) + len(self.holder.content_info) - 5
        made.header = flip(made.header, at)
        self.refuse("slot", "one bit in the envelope of the slot", made.fit_root())
        self.refuse("recipient", "the slot of another bid for the same key", self.with_slot(self.seal(), self.again.slot))
        made = self.seal()
        made.padding = flip(made.padding, len(made.padding) - 1)
        self.refuse("padding", "last byte of the padding not zero", made)
        made = self.seal()
        made.units = [flip(made.units[0], 0)]
        self.refuse("unit", "one bit of a unit, root fitting", made.fit_root())
        made = self.seal()
        made.root = flip(made.root, 0)
        self.refuse("root", "one bit of the root", made)
        made = self.seal()
        made.end = flip(made.end, 3)
        self.refuse("trailer-length", "wrong length of the trailer", made)
        made = self.seal()
        made.end = flip(made.end, 7)
        self.refuse("trailer-magic", "wrong end of the trailer", made)
        data = self.seal().to_bytes()
        self.refuse("cut", "last byte missing", data[:-1])
        self.refuse("appended", "one byte too many", data + b"\0")

    def with_slot(self, made, slot):
        """The bid with another slot, by somebody without the key: the MAC stays."""
        fields = der.Fields(der.whole(made.header[16:], der.SEQUENCE))
        version, metadata = fields.take_raw(), fields.take_raw()
        header = der.tlv(der.SEQUENCE, version, metadata, der.tlv(der.SEQUENCE, slot))
        made.header = made.header[:8] + len(header).to_bytes(4, "big") + made.header[12:16] + header
        made.padding = bytes(-(len(made.header) + 88) % bid.PAGE)
        return made.fit_root()

    def structure(self):
        """Breaks the rules for a header; the holder has sealed it, so that everything else fits."""
        slot, payload = self.holder.slot, payload_of(index_of([("a", b"")]), b"")
        metadata = metadata_der(len(payload), 1)

        def made(**parts):
            version, meta = parts.get("version", der.integer(1)), parts.get("metadata", metadata)
            slots = der.tlv(der.SEQUENCE, *parts.get("slots", [slot]))
            header = der.tlv(der.SEQUENCE, version, meta, slots, parts.get("more", b""))
            return seal(self.profile, self.holder.input_key, meta, [], payload, header_der=parts.get("der") or header)

        self.refuse("version-2", "version 2 of the header", made(version=der.integer(2)), "bid.version")
        self.refuse("no-slot", "no slots", made(slots=[]))
        self.refuse("policy", "a policy without the flag", made(more=der.tlv(der.explicit(0), der.tlv(der.SEQUENCE))))
        self.refuse("extra-field", "an unknown field at the end", made(more=der.integer(7)))
        usual = der.tlv(der.SEQUENCE, der.integer(1), metadata, der.tlv(der.SEQUENCE, slot))
        self.refuse("after-header", "a byte after the header's DER", made(der=usual + b"\0"))
        length = usual[2:4] if usual[1] == 0x82 else usual[2:3]
        long_form = b"\x30\x84" + length.rjust(4, b"\0") + usual[2 + len(length) :]
        self.refuse("long-form", "a length that is not minimal", made(der=long_form))
        for name, texts in (("text-control", ("a\nb", "", "", "")), ("text-long", ("", "x" * 513, "", ""))):
            self.refuse(name, name, made(metadata=metadata_der(len(payload), 1, texts)))
        bad_text = metadata.replace(b"\x0c\x00", b"\x0c\x02\xc3\x28", 1)
        bad_text = der.tlv(der.SEQUENCE, bad_text[2:])
        self.refuse("text-utf8", "a text that is not UTF-8", made(metadata=bad_text))
        self.refuse("no-files", "no files", made(metadata=metadata_der(len(payload), 0)))
        no_serial = slot_der(self.read_slot(), serial=b"")
        self.refuse("slot-serial", "a slot for a certificate without serial number", made(slots=[no_serial]))
        self.refuse("slot-role", "a slot of another role than its BidKey", made(slots=[slot_der(self.read_slot(), "host")]))
        password_role = slot_der(self.read_slot(), "password")
        self.refuse("slot-password", "a slot for a password with an envelope", made(slots=[slot, password_role]))
        for name, costs in {
            "argon2-memory": (0, (65535, 3, 4)),
            "argon2-passes": (0, (65536, 2, 4)),
            "argon2-lanes": (0, (65536, 3, 5)),
            "argon2-too-dear": (0, (1_048_577, 3, 4)),
            "pbkdf2-iterations": (1, (599_999,)),
        }.items():
            self.refuse(name, "costs of a password slot out of range", made(slots=[slot, password_slot(*costs)]))

    def read_slot(self):
        return bid.read_slot(der.whole(self.holder.slot, der.SEQUENCE))

    def body(self):
        """Alters chunks; units and root are made to fit."""
        made = self.large()
        made.chunks[1] = flip(made.chunks[1], 100)
        self.refuse("chunk", "one bit of a chunk", made.fit_tree())
        made = self.large()
        made.chunks[2] = flip(made.chunks[2], len(made.chunks[2]) - 1)
        self.refuse("tag", "one bit of a tag", made.fit_tree())
        made = self.large()
        made.chunks[0], made.chunks[1] = made.chunks[1], made.chunks[0]
        self.refuse("swap", "two chunks swapped", made.fit_tree())
        made = self.large()
        made.chunks[1] = made.chunks[0]
        self.refuse("repeat", "a chunk twice", made.fit_tree())
        made, fresh = self.large(), self.large()
        made.chunks[1] = fresh.chunks[1]
        self.refuse("splice", "a chunk of another bid under the same key", made.fit_tree())
        made = self.large()
        made.chunks.pop(1)
        self.refuse("dropped", "a chunk missing", made.fit_tree())
        made = self.large()
        made.chunks.insert(1, made.chunks[1])
        self.refuse("inserted", "a chunk too many", made.fit_tree())

    def by_the_bidder(self):
        """A bidder with two keys wants two prices."""
        both = [self.holder.slot, self.other.slot]
        self.refuse("two-keys", "two slots with different input keys", self.seal(slots=both))
        self.vectors[-1]["key"] = self.other.name
        made = self.seal()
        first = self.seal([("报价.txt", b"2" * len(TEXT))])
        made.salt, made.commitment, made.chunks = first.salt, made.commitment, first.chunks
        self.refuse("two-bodies", "a body with another salt than its commitment", made.fit_tree())

    def index(self):
        content = TEXT.encode()
        size = len(content)

        def made(*rows, contents=content, count=None):
            index = der.tlv(der.SEQUENCE, *rows)
            return self.seal(index=index, contents=contents, count=len(rows) if count is None else count)

        row = entry_der("a", size, 0)
        self.refuse("index-count", "fewer files than the metadata says", made(row, count=2))
        self.refuse("index-gap", "a gap between the contents", made(row, entry_der("b", 0, size + 1)))
        self.refuse("index-overlap", "two files over the same bytes", made(row, entry_der("b", size, 0)))
        self.refuse("index-short", "contents that no file has", made(entry_der("a", size - 1, 0)))
        self.refuse("index-long", "more contents than there are", made(entry_der("a", size + 1, 0)))
        self.refuse("index-negative", "a negative size", made(entry_der("a", -1, 0), entry_der("b", size + 1, -1)))
        self.refuse("index-rest", "a field too many in an entry", made(der.tlv(der.SEQUENCE, row[2:], der.integer(1))))
        beyond = lambda contents: (1 << 40).to_bytes(8, "big") + contents
        self.refuse("index-beyond", "an index longer than the payload", self.seal(index=beyond))

    def paths(self):
        forbidden = {
            "absolute": "/etc/passwd",
            "parent": "../escape",
            "parent-inside": "a/../../escape",
            "dot": "./a",
            "empty-name": "a//b",
            "backslash": "..\\escape",
            "drive": "C:/escape",
            "stream": "a.txt:stream",
            "nul": "a\0b",
            "newline": "a\nb",
            "device": "a/NUL.pdf",
            "device-superscript": "com¹",
            "trailing-dot": "a./b",
            "trailing-space": "a ",
            "not-nfc": "e\u0301",
            "long-name": "图" * 86,
            "long-path": "/".join(["abcdefg"] * 129),
            "not-utf8": b"a\xff",
        }
        for name, path in forbidden.items():
            self.refuse(f"path-{name}", f"path {path[:20]!r}", self.seal(index=der.tlv(der.SEQUENCE, entry_der(path, len(TEXT.encode()), 0))))
        clashing = {
            "twice": ["a", "a"],
            "case": ["Bid.pdf", "bid.PDF"],
            "case-folder": ["A/x", "a/y"],
            "case-unicode": ["straße", "STRASSE"],
            "file-folder": ["a", "a/b"],
            "folder-file": ["a/b", "A"],
        }
        for name, pair in clashing.items():
            self.refuse(f"clash-{name}", f"{pair[0]} and {pair[1]}", self.seal([(path, b"") for path in pair]))


def password_slot(kind, costs):
    kdf = der.tlv(der.SEQUENCE, der.tlv(der.OCTETS, bytes(16)), *map(der.integer, costs))
    body = der.tlv(
        der.SEQUENCE,
        der.tlv(der.explicit(kind), kdf),
        der.tlv(der.OCTETS, bytes(12)),
        der.tlv(der.OCTETS, bytes(55)),
    )
    empty = der.tlv(der.UTF8) + der.tlv(der.OCTETS) * 2
    return der.tlv(der.SEQUENCE, der.tlv(der.ENUMERATED, b"\2"), empty, der.tlv(der.explicit(1), body))


def main():
    folder = Path(sys.argv[1])
    (folder / "refused").mkdir(exist_ok=True)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["good"] = [vector for vector in manifest["good"] if "by-python" not in vector["file"]]
    sm = Forge(
        folder,
        Holder(folder, "sm2", "sm-sm2-exchange.bid", 1),
        Holder(folder, "sm2", "sm-all.bid", 1),
        Holder(folder, "rsa", "sm-rsa-v15-sm4.bid", 1),
    )
    intl = Forge(
        folder,
        Holder(folder, "p256", "intl-two-units.bid", 2),
        Holder(folder, "p256", "intl-all.bid", 2),
        Holder(folder, "rsa", "intl-rsa-v15.bid", 2),
    )
    manifest["good"] += [forge.seal_good() for forge in (sm, intl)]
    manifest["refused"] = sm.all() + intl.all()
    good = manifest["good"][0]["file"]
    password = "not the password of it"
    manifest["refused"] += [
        {"file": good, "fault": "a key without a slot", "code": "bid.no_recipient", "key": "other"},
        {"file": good, "fault": "another password", "code": "bid.password_wrong", "password": password},
        {"file": "sm-sm2-exchange.bid", "fault": "no password slot", "code": "bid.no_recipient", "password": password},
        {"file": "refused/empty.bid", "fault": "no bytes", "code": "input.empty", "key": "sm2"},
    ]
    (folder / "refused/empty.bid").write_bytes(b"")
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
