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
import shamir
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
    policy: dict
    mac: bytes
    salt: bytes
    commitment: bytes
    chunks: list = field(repr=False)
    root: bytes = b""

    def context(self):
        return self.profile.hash(self.header[:16] + self.metadata_der)

    def open(self, keys=(), password=None):
        """The files of the bid as (path, mtime, content); one key or the password, with a threshold those of all."""
        parts = [self.unlock_key(key) for key in keys]
        if password is not None:
            parts.append(self.unlock_password(password))
        return self.open_with(self.combine(parts))

    def open_with(self, input_key):
        self.check(input_key)
        body_key = BodyKey(self.profile, input_key, self.salt, self.context())
        payload = b"".join(body_key.open(i, chunk) for i, chunk in enumerate(self.chunks))
        return read_payload(payload, self.metadata)

    def check(self, input_key):
        """MAC and commitment."""
        k_hdr = self.profile.expand(input_key, b"bidenc header", 32)
        if self.profile.mac(k_hdr, self.header) != self.mac:
            raise tampered("header MAC")
        if BodyKey(self.profile, input_key, self.salt, self.context()).commitment != self.commitment:
            raise tampered("commitment")

    def unlock_key(self, key):
        """The part in the slot of this key, and the number of that slot."""
        mine = [number for number, slot in enumerate(self.slots) if slot.key_id == cms.key_id(key)]
        if not mine:
            raise Refused("bid.no_recipient", "no slot for this key")
        slot = self.slots[mine[0]]
        return self.checked(mine[0], bid_key(cms.open_enveloped(slot.content_info, key), slot.role))

    def unlock_password(self, password):
        slots = [(number, slot) for number, slot in enumerate(self.slots) if slot.password]
        if not slots:
            raise Refused("bid.no_recipient", "no password slot")
        for number, slot in slots:
            key = password_key(slot.password, password, self.profile.key_len)
            opened = self.profile.aead(key).open(slot.password["nonce"], slot.password["wrapped"])
            if opened is not None:
                return self.checked(number, bid_key(opened, slot.role))
        raise Refused("bid.password_wrong", "the password opens no slot")

    def member(self, number):
        """1 to n for members in the order of their slots, 0 for everybody else."""
        if self.slots[number].role != "committee":
            return 0
        return sum(slot.role == "committee" for slot in self.slots[: number + 1])

    def part_hash(self, label, index, part):
        return self.profile.hash(label.encode() + index.to_bytes(4, "big") + part)

    def checked(self, number, part):
        if self.policy is None:
            self.check(part)
        elif self.part_hash(self.slots[number].label, self.member(number), part) != self.policy["parts"][number]:
            raise tampered("part")
        return number, part

    def combine(self, parts):
        """The input key."""
        if self.policy is None:
            return parts[0][1]
        members = [number for number, _ in parts if self.member(number)]
        if self.policy["threshold"] > 1 and len(set(members)) != len(members):
            raise Refused("bid.response_twice", "a holder twice")
        bidder = [part for number, part in parts if not self.member(number)]
        shares = [(self.member(number), part) for number, part in parts if self.member(number)]
        if not bidder or len(shares) < self.policy["threshold"]:
            raise Refused("bid.threshold", "too few parts")
        committee = shamir.combine(shares[: self.policy["threshold"]])
        if self.part_hash("", 0, committee) != self.policy["committee"]:
            raise tampered("shares that give another secret")
        return self.profile.expand(bidder[0] + committee, b"bidenc threshold", 32)

    # Opening without the file (docs/bid-format.md, section 9)

    def head_hash(self):
        return self.profile.hash(self.header + self.mac + self.salt + self.commitment)

    def read_response(self, response, key):
        """The part in a holder's answer to the platform, and the number of its slot."""
        content = cms.open_enveloped(response, key)
        if content is None or len(content) != 75 or content[:2] != b"\x30\x49" or content[41:43] != b"\x04\x20":
            raise Refused("bid.response_damaged", "no answer")
        if content[43:] != self.head_hash():
            raise Refused("bid.response_other", "an answer to another bid")
        for number, slot in enumerate(self.slots):
            try:
                return self.checked(number, bid_key(content[2:41], slot.role))
            except Refused:
                continue
        raise Refused("bid.response_damaged", "its key does not fit")

    # The twin (section 10)

    def check_twin(self, input_key, manifest, folder_files):
        """Opens with the twin's key, and compares with its plain files (path to content) and its list."""
        fields = Fields(der.whole(manifest, der.SEQUENCE))
        made = Fields(fields.take(der.SEQUENCE))
        listed = Fields(fields.take(der.SEQUENCE))
        fields.end()
        version, profile = made.integer(), made.integer()
        header_hash, its_root = made.take(der.OCTETS), made.take(der.OCTETS)
        lengths = made.integer(), made.integer()
        if (version, profile, header_hash, its_root, lengths) != (
            1,
            self.profile.number,
            self.profile.hash(self.header),
            self.root,
            (self.metadata["total_length"], len(self.data)),
        ):
            raise Refused("bid.twin_foreign", "the list of another bid")
        try:
            files = self.open_with(input_key)
        except Refused:
            raise Refused("bid.twin_foreign", "the key of another bid") from None
        if {path: content for path, _, content in files} != folder_files:
            raise Refused("bid.twin_altered", "a file")
        k_twin = self.profile.expand(input_key, b"bidenc twin", 32)
        for number, (path, _, content) in enumerate(files):
            parts = number, len(path.encode()), path.encode(), len(content)
            message = b"".join(p if isinstance(p, bytes) else p.to_bytes(8, "big") for p in parts)
            if listed.take(der.OCTETS) != self.profile.mac(k_twin, message + self.profile.hash(content)):
                raise Refused("bid.twin_altered", "the list")
        listed.end()
        return files


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
    profile, threshold, der_len = read_prefix(data)
    header = data[: 16 + der_len]
    if len(header) != 16 + der_len:
        raise tampered("length")
    try:
        metadata, metadata_der, slots, policy = read_header(header[16:], threshold)
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
    envelope = Envelope(data, profile, header, metadata, metadata_der, slots, policy, mac, salt, commitment, chunks)
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
    if flags not in (0, 1):
        raise Refused("bid.version", "unknown flag")
    der_len = int.from_bytes(data[8:12], "big")
    if der_len > MAX_HEADER:
        raise tampered("header length")
    return PROFILES[number], flags == 1, der_len


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


def read_header(data, threshold):
    fields = Fields(der.whole(data, der.SEQUENCE))
    if fields.integer() != 1:
        raise Refused("bid.version", "unknown version of the header")
    metadata_der = fields.take_raw()
    metadata = read_metadata(der.whole(metadata_der, der.SEQUENCE))
    list_of_slots = Fields(fields.take(der.SEQUENCE))
    policy = fields.optional(der.explicit(0))
    fields.end()
    slots = []
    while list_of_slots.next_tag() is not None:
        slots.append(read_slot(list_of_slots.take(der.SEQUENCE)))
    if not 1 <= len(slots) <= 64:
        raise Malformed("number of slots")
    if policy is not None and not threshold:
        raise Malformed("a policy needs the flag")
    if policy is None and threshold:
        raise Refused("bid.threshold", "the flag without a policy")
    return metadata, metadata_der, slots, policy and read_policy(der.whole(policy, der.SEQUENCE), slots)


def read_policy(value, slots):
    fields = Fields(value)
    policy = {"members": fields.integer(), "threshold": fields.integer(), "committee": fields.take(der.OCTETS)}
    hashes = Fields(fields.take(der.SEQUENCE))
    fields.end()
    policy["parts"] = []
    while hashes.next_tag() is not None:
        policy["parts"].append(hashes.take(der.OCTETS))
    roles = [slot.role for slot in slots]
    if not (
        1 <= policy["threshold"] <= policy["members"] <= 16
        and roles.count("committee") == policy["members"] < len(slots)
        and "host" not in roles
        and len(policy["parts"]) == len(slots)
        and all(len(part) == 32 for part in [policy["committee"], *policy["parts"]])
    ):
        raise Malformed("policy")
    return policy


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
