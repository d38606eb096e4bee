"""Reading a bid, version 1, as docs/bid-format.md says. Everything is checked; `Refused` carries the answer."""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

import cms
import der
import paths
import sm
from der import Fields, Malformed

CHUNK, TAG, PER_UNIT, PAGE = 16384, 16, 64, 4096
MAX_HEADER, MAX_PAYLOAD, MAX_FILES, MAX_INDEX = 65536, 1 << 42, 1_000_000, 1 << 27
ROLES = ("bidder", "spare", "password", "host", "committee")


class Refused(Exception):
    """The bid does not open; `code` is that of docs/errors.md."""

    def __init__(self, code, why):
        super().__init__(f"{code}: {why}")
        self.code = code


def tampered(why):
    return Refused("bid.tampered", why)


def sha256(data):
    return hashlib.sha256(data).digest()


def hmac_with(name):
    return lambda key, message: hmac.digest(key, message, name)


class Sm4Gcm:
    def __init__(self, key):
        self.key = key

    def seal(self, nonce, plain):
        return sm.sm4_gcm_seal(self.key, nonce, plain)

    def open(self, nonce, sealed):
        return sm.sm4_gcm_open(self.key, nonce, sealed)


class Aes256Gcm:
    def __init__(self, key):
        self.aead = AESGCM(key)

    def seal(self, nonce, plain):
        return self.aead.encrypt(nonce, plain, None)

    def open(self, nonce, sealed):
        try:
            return self.aead.decrypt(nonce, sealed, None)
        except InvalidTag:
            return None


@dataclass(frozen=True)
class Profile:
    number: int
    name: str
    hash: callable
    mac: callable
    derivation_mac: callable
    aead: type
    aead_name: bytes
    key_len: int

    def expand(self, prk, info, length):
        """HKDF-Expand (RFC 5869 §2.3)."""
        okm, block, counter = b"", b"", 1
        while len(okm) < length:
            block = self.derivation_mac(prk, block + info + bytes([counter]))
            okm += block
            counter += 1
        return okm[:length]


PROFILES = {
    1: Profile(1, "sm", sm.sm3, sm.hmac_sm3, sm.hmac_sm3, Sm4Gcm, b"AEAD_SM4_GCM", 16),
    2: Profile(
        2, "intl", sha256, hmac_with("sha256"), hmac_with("sha512"), Aes256Gcm, b"AEAD_AES_256_GCM", 32
    ),
}


@dataclass
class Slot:
    role: str
    label: str
    serial: bytes
    key_id: bytes
    content_info: bytes = None
    password: dict = None


@dataclass
class Envelope:
    """What can be known without a key."""

    data: bytes
    profile: Profile
    header: bytes
    metadata: dict
    metadata_der: bytes
    slots: list
    mac: bytes
    salt: bytes
    commitment: bytes
    chunks: list = field(repr=False)
    root: bytes = b""

    def context(self):
        return self.profile.hash(self.header[:16] + self.metadata_der)

    def open(self, key=None, password=None):
        """The files of the bid as (path, mtime, content)."""
        input_key = self._unlock_password(password) if password is not None else self._unlock_key(key)
        k_hdr = self.profile.expand(input_key, b"bidenc header", 32)
        if self.profile.mac(k_hdr, self.header) != self.mac:
            raise tampered("header MAC")
        body_key = BodyKey(self.profile, input_key, self.salt, self.context())
        if body_key.commitment != self.commitment:
            raise tampered("commitment")
        payload = b"".join(body_key.open(i, chunk) for i, chunk in enumerate(self.chunks))
        return read_payload(payload, self.metadata)

    def _unlock_key(self, key):
        mine = [slot for slot in self.slots if slot.key_id == cms.key_id(key)]
        if not mine:
            raise Refused("bid.no_recipient", "no slot for this key")
        return bid_key(cms.open_enveloped(mine[0].content_info, key), mine[0].role)

    def _unlock_password(self, password):
        slots = [slot for slot in self.slots if slot.password]
        if not slots:
            raise Refused("bid.no_recipient", "no password slot")
        for slot in slots:
            key = password_key(slot.password, password, self.profile.key_len)
            opened = self.profile.aead(key).open(slot.password["nonce"], slot.password["wrapped"])
            if opened is not None:
                return bid_key(opened, slot.role)
        raise Refused("bid.password_wrong", "the password opens no slot")


class BodyKey:
    """C2SP chunked-encryption, version 1."""

    def __init__(self, profile, input_key, salt, context):
        info = b"c2sp.org/chunked-encryption@v1+" + profile.aead_name + b"\0" + salt + context
        okm = profile.expand(input_key, info, profile.key_len + 12 + 32)
        self.aead = profile.aead(okm[: profile.key_len])
        self.base_nonce = int.from_bytes(okm[profile.key_len : profile.key_len + 12], "big")
        self.commitment = okm[-32:]

    def nonce(self, index):
        return (self.base_nonce ^ index).to_bytes(12, "big")

    def seal(self, index, plain):
        return self.aead.seal(self.nonce(index), plain)

    def open(self, index, sealed):
        plain = self.aead.open(self.nonce(index), sealed)
        if plain is None:
            raise tampered(f"tag of chunk {index}")
        return plain


def bid_key(content, role):
    expected = b"\x30\x25\x0a\x01" + bytes([ROLES.index(role)]) + b"\x04\x20"
    if content is None or len(content) != 39 or not content.startswith(expected):
        raise tampered("slot")
    return content[7:]


def password_key(body, password, length):
    secret = unicodedata.normalize("NFC", password).encode()
    if body["kdf"] == "argon2id":
        return Argon2id(
            salt=body["salt"],
            length=length,
            iterations=body["passes"],
            lanes=body["lanes"],
            memory_cost=body["memory_kib"],
        ).derive(secret)
    # Plain Python would take minutes. OpenSSL's function it is, held against ours for one iteration.
    salt = body["salt"]
    assert hashlib.pbkdf2_hmac("sm3", secret, salt, 1, 32) == sm.hmac_sm3(secret, salt + b"\0\0\0\1")
    return hashlib.pbkdf2_hmac("sm3", secret, salt, body["iterations"], length)


def read(data):
    """Checks the structure of a bid."""
    if not data:
        raise Refused("input.empty", "no bytes")
    profile, der_len = read_prefix(data)
    header = data[: 16 + der_len]
    if len(header) != 16 + der_len:
        raise tampered("length")
    try:
        metadata, metadata_der, slots = read_header(header[16:])
    except Malformed as why:
        raise tampered(f"header: {why}") from None
    total = metadata["total_length"]
    body_start = -(-(16 + der_len + 88) // PAGE) * PAGE
    chunk_count = total // CHUNK + 1
    unit_count = -(-chunk_count // PER_UNIT)
    trailer_start = body_start + total + chunk_count * TAG
    trailer_len = 32 * (unit_count + 1) + 8
    if len(data) != trailer_start + trailer_len:
        raise tampered("length")
    at = len(header)
    mac, salt, commitment = data[at : at + 32], data[at + 32 : at + 56], data[at + 56 : at + 88]
    if any(data[at + 88 : body_start]):
        raise tampered("padding")
    trailer = data[trailer_start:]
    if trailer[-8:] != trailer_len.to_bytes(4, "big") + b"BIDT":
        raise tampered("trailer")
    body = data[body_start:trailer_start]
    chunks = [body[i : i + CHUNK + TAG] for i in range(0, len(body), CHUNK + TAG)]
    envelope = Envelope(data, profile, header, metadata, metadata_der, slots, mac, salt, commitment, chunks)
    units = hash_units(profile, chunks)
    envelope.root = root(envelope, units)
    if trailer[:-8] != b"".join(units) + envelope.root:
        raise tampered("units or root")
    return envelope


def read_prefix(data):
    magic = data[:8]
    if magic != b"BIDENC01":
        if len(magic) == 8 and magic.startswith(b"BIDENC") and magic[6:].isdigit():
            raise Refused("bid.version", "another version of the format")
        raise tampered("magic")
    if len(data) < 16:
        raise tampered("length")
    number, flags = int.from_bytes(data[12:14], "big"), int.from_bytes(data[14:16], "big")
    if number not in PROFILES:
        raise Refused("bid.version", "unknown profile")
    if flags == 1:
        raise Refused("bid.threshold", "threshold")
    if flags:
        raise Refused("bid.version", "unknown flag")
    der_len = int.from_bytes(data[8:12], "big")
    if der_len > MAX_HEADER:
        raise tampered("header length")
    return PROFILES[number], der_len


def hash_units(profile, chunks):
    leaves = [profile.hash(chunk + b"\0" + i.to_bytes(8, "big")) for i, chunk in enumerate(chunks)]
    return [profile.hash(b"\1" + b"".join(leaves[i : i + PER_UNIT])) for i in range(0, len(leaves), PER_UNIT)]


def root(envelope, units):
    parts = [
        b"\2",
        envelope.profile.hash(envelope.header),
        envelope.mac,
        envelope.salt,
        envelope.commitment,
        envelope.metadata["total_length"].to_bytes(8, "big"),
        *units,
    ]
    return envelope.profile.hash(b"".join(parts))


def read_header(data):
    fields = Fields(der.whole(data, der.SEQUENCE))
    if fields.integer() != 1:
        raise Refused("bid.version", "unknown version of the header")
    metadata_der = fields.take_raw()
    metadata = read_metadata(der.whole(metadata_der, der.SEQUENCE))
    list_of_slots = Fields(fields.take(der.SEQUENCE))
    fields.end()  # a policy needs the flag
    slots = []
    while list_of_slots.next_tag() is not None:
        slots.append(read_slot(list_of_slots.take(der.SEQUENCE)))
    if not 1 <= len(slots) <= 64:
        raise Malformed("number of slots")
    return metadata, metadata_der, slots


def text(fields):
    value = fields.text()
    if len(value.encode()) > 512 or any(unicodedata.category(c) == "Cc" for c in value):
        raise Malformed("text")
    return value


def optional(fields, number, read_inner):
    value = fields.optional(der.explicit(number))
    if value is None:
        return None
    inner = Fields(value)
    result = read_inner(inner)
    inner.end()
    return result


def read_metadata(value):
    fields = Fields(value)
    metadata = {name: text(fields) for name in ("project", "lot", "bidder", "credit_code")}
    metadata["opens_at"] = optional(fields, 0, read_time)
    metadata["platform_origin"] = optional(fields, 1, text)
    metadata["platform_certificate"] = optional(fields, 2, read_certificate_hash)
    metadata["total_length"], metadata["file_count"] = fields.integer(), fields.integer()
    fields.end()
    if not (0 <= metadata["total_length"] <= MAX_PAYLOAD and 1 <= metadata["file_count"] <= MAX_FILES):
        raise Malformed("range")
    return metadata


def read_time(fields):
    value = fields.take(der.GENERALIZED_TIME).decode("ascii", "replace")
    if len(value) != 15 or not value[:14].isdigit() or value[14] != "Z" or value < "1970":
        raise Malformed("time")
    try:
        datetime(*(int(value[at : at + length]) for at, length in ((0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2))))
    except ValueError:
        raise Malformed("time") from None
    return f"{value[:4]}-{value[4:6]}-{value[6:8]}T{value[8:10]}:{value[10:12]}:{value[12:14]}Z"


def read_certificate_hash(fields):
    name = {der.explicit(0): "sha256", der.explicit(1): "sm3"}.get(fields.next_tag())
    if name is None:
        raise Malformed("certificate hash")
    value = der.whole(fields.take(fields.next_tag()), der.OCTETS)
    if len(value) != 32:
        raise Malformed("certificate hash")
    return f"{name}:{value.hex()}"


def read_slot(value):
    fields = Fields(value)
    role = fields.take(der.ENUMERATED)
    if len(role) != 1 or role[0] >= len(ROLES):
        raise Malformed("role")
    slot = Slot(ROLES[role[0]], text(fields), fields.take(der.OCTETS), fields.take(der.OCTETS))
    is_password = slot.role == "password"
    body = fields.take(der.explicit(1 if is_password else 0))
    fields.end()
    if len(slot.serial) > 64 or is_password == bool(slot.serial) or len(slot.key_id) != (0 if is_password else 32):
        raise Malformed("serial or key id")
    if is_password:
        slot.password = read_password(der.whole(body, der.SEQUENCE))
    else:
        der.whole(body, der.SEQUENCE)
        slot.content_info = body
    return slot


def read_password(value):
    fields = Fields(value)
    tag = fields.next_tag()
    if tag not in (der.explicit(0), der.explicit(1)):
        raise Malformed("kdf")
    kdf = Fields(der.whole(fields.take(tag), der.SEQUENCE))
    body = {"salt": kdf.take(der.OCTETS)}
    if tag == der.explicit(0):
        body |= {"kdf": "argon2id", "memory_kib": kdf.integer(), "passes": kdf.integer(), "lanes": kdf.integer()}
        in_range = 65536 <= body["memory_kib"] <= 1 << 20 and 3 <= body["passes"] <= 10 and 1 <= body["lanes"] <= 4
    else:
        body |= {"kdf": "pbkdf2Sm3", "iterations": kdf.integer()}
        in_range = 600_000 <= body["iterations"] <= 10_000_000
    kdf.end()
    body |= {"nonce": fields.take(der.OCTETS), "wrapped": fields.take(der.OCTETS)}
    fields.end()
    if not (in_range and 16 <= len(body["salt"]) <= 64 and len(body["nonce"]) == 12 and len(body["wrapped"]) == 55):
        raise Malformed("password slot")
    return body


def read_payload(payload, metadata):
    index_len = int.from_bytes(payload[:8], "big")
    index, contents = payload[8 : 8 + index_len], payload[8 + index_len :]
    if len(payload) < 8 or index_len > MAX_INDEX or len(index) != index_len:
        raise tampered("index length")
    try:
        entries = read_index(index)
    except Malformed as why:
        raise tampered(f"index: {why}") from None
    if len(entries) != metadata["file_count"]:
        raise tampered("number of files")
    names = [path for path, *_ in entries]
    if not all(map(paths.is_allowed, names)) or paths.clash(names):
        raise tampered("path")
    files, at = [], 0
    for path, size, offset, mtime in entries:
        if offset != at or size < 0:
            raise tampered("offset")
        at += size
        files.append((path, mtime, contents[offset:at]))
    if at != len(contents):
        raise tampered("length of the contents")
    return files


def read_index(index):
    rows, entries = Fields(der.whole(index, der.SEQUENCE)), []
    while rows.next_tag() is not None:
        row = Fields(rows.take(der.SEQUENCE))
        entries.append((row.text(), row.integer(), row.integer(), row.integer()))
        row.end()
        if not -(1 << 63) <= entries[-1][3] < 1 << 63:
            raise Malformed("mtime")
    return entries


def describe(envelope, files):
    described = {
        "profile": envelope.profile.name,
        "metadata": envelope.metadata,
        "slots": [{"role": s.role, "label": s.label, "serial": s.serial.hex()} for s in envelope.slots],
        "header_hash": envelope.profile.hash(envelope.header).hex(),
        "root": envelope.root.hex(),
    }
    if files is not None:
        described["files"] = [
            {"path": path, "size": len(content), "mtime": mtime, "sha256": hashlib.sha256(content).hexdigest()}
            for path, mtime, content in files
        ]
    return described
