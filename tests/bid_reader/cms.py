"""Opening EnvelopedData (RFC 5652 §6, RFC 5753, GB/T 35275) with a private key."""

from hashlib import sha256

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

import der
import sm
from der import Fields, Malformed

ENVELOPED = {"1.2.840.113549.1.7.3", "1.2.156.10197.6.1.4.2.3"}
SM2_ENCRYPTION = {"1.2.156.10197.1.301.3", "1.2.156.10197.1.301.2", "1.2.156.10197.1.301", "1.2.156.10197.1.301.1"}
RSA_V15, RSA_OAEP = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.7"
AES_256_CBC, SM4_CBC = "2.16.840.1.101.3.4.1.42", "1.2.156.10197.1.104.2"
EC_KEY, SM2_CURVE = "1.2.840.10045.2.1", "1.2.156.10197.1.301"
AES_WRAPS = {"2.16.840.1.101.3.4.1.5": 16, "2.16.840.1.101.3.4.1.25": 24, "2.16.840.1.101.3.4.1.45": 32}
AGREEMENTS = {
    "1.3.132.1.11.1": hashes.SHA256,
    "1.3.132.1.11.2": hashes.SHA384,
    "1.3.132.1.11.3": hashes.SHA512,
}
HASHES = {
    "1.3.14.3.2.26": hashes.SHA1,
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}


class Sm2Key:
    """The private key of PKCS #8 that `cryptography` does not know."""

    def __init__(self, scalar):
        self.scalar = scalar
        x, y = sm.multiply(scalar, sm.G)
        algorithm = der.tlv(der.SEQUENCE, der.encode_oid(EC_KEY), der.encode_oid(SM2_CURVE))
        point = b"\0\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
        self.spki = der.tlv(der.SEQUENCE, algorithm, der.tlv(der.BITS, point))


def load_key(pkcs8):
    """A private key from the DER of PKCS #8."""
    fields = Fields(der.whole(pkcs8, der.SEQUENCE))
    fields.integer()
    algorithm = Fields(fields.take(der.SEQUENCE))
    identifier = der.oid(algorithm.take(der.OID))
    if identifier == EC_KEY and der.oid(algorithm.take(der.OID)) == SM2_CURVE:
        inner = Fields(der.whole(fields.take(der.OCTETS), der.SEQUENCE))
        inner.integer()
        return Sm2Key(int.from_bytes(inner.take(der.OCTETS), "big"))
    return serialization.load_der_private_key(pkcs8, None)


def key_id(key):
    """SHA-256 of the SubjectPublicKeyInfo."""
    if isinstance(key, Sm2Key):
        return sha256(key.spki).digest()
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return sha256(spki).digest()


def signed_content(message):
    """The content attached to a SignedData; its signatures are not checked."""
    fields = Fields(der.whole(message, der.SEQUENCE))
    fields.take(der.OID)
    signed = Fields(der.whole(fields.take(der.explicit(0)), der.SEQUENCE))
    signed.integer()
    signed.take(der.SET)
    content = Fields(signed.take(der.SEQUENCE))
    content.take(der.OID)
    return der.whole(content.take(der.explicit(0)), der.OCTETS)


def open_enveloped(content_info, key):
    """The content, or `None`: there is one answer for every failure."""
    try:
        return _open(content_info, key)
    except (Malformed, ValueError, keywrap.InvalidUnwrap):
        return None


def _open(content_info, key):
    fields = Fields(der.whole(content_info, der.SEQUENCE))
    if der.oid(fields.take(der.OID)) not in ENVELOPED:
        raise Malformed("content type")
    enveloped = Fields(der.whole(fields.take(der.explicit(0)), der.SEQUENCE))
    fields.end()
    enveloped.integer()
    recipients = Fields(enveloped.take(der.SET))
    content = Fields(enveloped.take(der.SEQUENCE))
    content.take(der.OID)
    algorithm = Fields(content.take(der.SEQUENCE))
    cipher, iv = der.oid(algorithm.take(der.OID)), algorithm.take(der.OCTETS)
    encrypted = content.take(0x80)
    content_key = _content_key(recipients, key)
    if content_key is None or len(iv) != 16:
        return None
    if cipher == SM4_CBC and len(content_key) == 16:
        return sm.sm4_cbc_decrypt(content_key, iv, encrypted)
    if cipher == AES_256_CBC and len(content_key) == 32:
        return _aes_cbc_decrypt(content_key, iv, encrypted)
    return None


def _aes_cbc_decrypt(key, iv, encrypted):
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    plain = decryptor.update(encrypted) + decryptor.finalize()
    pad = plain[-1] if plain else 0
    return plain[:-pad] if 1 <= pad <= 16 and plain.endswith(bytes([pad]) * pad) else None


def _content_key(recipients, key):
    if recipients.next_tag() == der.explicit(1):
        return _agree(Fields(recipients.take(der.explicit(1))), key)
    info = Fields(recipients.take(der.SEQUENCE))
    info.integer()
    info.take_raw()  # the recipient's certificate
    algorithm = Fields(info.take(der.SEQUENCE))
    identifier, encrypted = der.oid(algorithm.take(der.OID)), info.take(der.OCTETS)
    if isinstance(key, Sm2Key) and identifier in SM2_ENCRYPTION:
        found = (sm.sm2_decrypt(key.scalar, *parts) for parts in _sm2_ciphertexts(encrypted))
        return next((opened for opened in found if opened is not None), None)
    if isinstance(key, rsa.RSAPrivateKey) and identifier == RSA_V15:
        return key.decrypt(encrypted, padding.PKCS1v15())
    if isinstance(key, rsa.RSAPrivateKey) and identifier == RSA_OAEP:
        digest, mask = _oaep_hashes(algorithm)
        return key.decrypt(encrypted, padding.OAEP(padding.MGF1(mask()), digest(), None))
    return None


def _sm2_ciphertexts(encrypted):
    """All that a ciphertext may mean, as x, y, hash and cipher: DER, else raw in either order, with or without 04."""
    try:
        cipher = Fields(der.whole(encrypted, der.SEQUENCE))
        yield cipher.integer(), cipher.integer(), cipher.take(der.OCTETS), cipher.take(der.OCTETS)
    except Malformed:
        pass
    for raw in ([encrypted[1:]] if encrypted[:1] == b"\4" else []) + [encrypted]:
        x, y = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big")
        yield x, y, raw[64:96], raw[96:]
        yield x, y, raw[-32:], raw[64:-32]


def _oaep_hashes(algorithm):
    """RSAES-OAEP-params (RFC 8017 §A.2.1); both hashes are SHA-1 where nothing is said."""
    params = Fields(algorithm.take(der.SEQUENCE))
    digest = params.optional(der.explicit(0))
    mask = params.optional(der.explicit(1))
    if mask is not None:
        function = Fields(der.whole(mask, der.SEQUENCE))
        function.take(der.OID)
        mask = function.take_raw()
    return tuple(hashes.SHA1 if a is None else _hash(a) for a in (digest, mask))


def _hash(algorithm):
    return HASHES[der.oid(Fields(der.whole(algorithm, der.SEQUENCE)).take(der.OID))]


def _agree(info, key):
    """KeyAgreeRecipientInfo with an ephemeral key (RFC 5753 §3.1.1)."""
    info.integer()
    originator = Fields(der.whole(info.take(der.explicit(0)), der.explicit(1)))
    originator.take(der.SEQUENCE)
    point = originator.take(der.BITS)[1:]
    info.optional(der.explicit(1))
    algorithm = Fields(info.take(der.SEQUENCE))
    digest = AGREEMENTS[der.oid(algorithm.take(der.OID))]
    wrap = algorithm.take_raw()
    length = AES_WRAPS[der.oid(Fields(der.whole(wrap, der.SEQUENCE)).take(der.OID))]
    encrypted = Fields(info.take(der.SEQUENCE))
    encrypted_key = Fields(encrypted.take(der.SEQUENCE))
    encrypted_key.take_raw()  # the recipient's certificate
    wrapped = encrypted_key.take(der.OCTETS)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    peer = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, point)
    shared = key.exchange(ec.ECDH(), peer)
    bits = der.tlv(der.explicit(2), der.tlv(der.OCTETS, (8 * length).to_bytes(4, "big")))
    wrapping_key = X963KDF(digest(), length, der.tlv(der.SEQUENCE, wrap, bits)).derive(shared)
    return keywrap.aes_key_unwrap(wrapping_key, wrapped)
