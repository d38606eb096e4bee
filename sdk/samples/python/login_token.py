"""What a portal's server checks when a page hands it a login token: Web eID `web-eid:1.0`, and its SM2 twin.

Needs the package `cryptography`. The order is that of the Web eID specification; the first fault ends the check.
From a shell:  login_token.py --origin https://portal.example --nonce NONCE --roots roots.pem [--at RFC3339] < token.json
"""

import argparse
import base64
import hashlib
import json
import sys
from datetime import datetime, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID

import sm2

SM2_PREFIX = b"bidseal-login-v1"
SM2_CURVE = bytes.fromhex("2a811ccf5501822d")  # 1.2.156.10197.1.301
LENGTHS = range(100, 10001)


class Refused(Exception):
    """Nobody is logged in; the text says why, for the server's log only."""


class Nonces:
    """Challenges of sessions. Each is taken once; a real server keeps them in its session store, five minutes long."""

    def __init__(self):
        self._open = {}

    def issue(self, session, nonce):
        self._open[session] = nonce

    def take(self, session):
        """The session's nonce, which is used from now on whatever comes of it."""
        nonce = self._open.pop(session, None)
        if nonce is None:
            raise Refused("there is no open challenge: used, or never issued")
        return nonce


def check(text, origin, nonce, roots, now=None):
    """The certificate of whoever holds its key and saw this origin and this nonce; revocation is the caller's to ask."""
    if len(text) not in LENGTHS:
        raise Refused("length")
    token = json.loads(text)
    if not str(token.get("format", "")).startswith("web-eid:1"):
        raise Refused("format")
    certificate = x509.load_der_x509_certificate(base64.b64decode(token["unverifiedCertificate"], validate=True))
    now = now or datetime.now(timezone.utc)
    _usable(certificate, now)
    _chained(certificate, roots, now)
    signature = base64.b64decode(token["signature"], validate=True)
    _signed(certificate, token["algorithm"], signature, origin.encode(), nonce.encode())
    return certificate


def _usable(certificate, now):
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused("the certificate is not valid now")
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        raise Refused("the certificate names no purpose") from None
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usages:
        raise Refused("the certificate is not for logging in")


def _chained(certificate, roots, now, depth=4):
    """Up to a certificate that signed itself; `roots` are all authorities that the portal accepts."""
    for issuer in roots:
        valid = issuer.not_valid_before_utc <= now <= issuer.not_valid_after_utc
        if valid and issuer.subject == certificate.issuer and _issued(certificate, issuer):
            if issuer.subject == issuer.issuer:
                return
            if depth:
                return _chained(issuer, roots, now, depth - 1)
    raise Refused("no authority that is accepted issued the certificate")


def _issued(certificate, issuer):
    constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    if not constraints.ca:
        return False
    point = sm2_point(issuer)
    if point is not None:
        return sm2.verify(point, certificate.tbs_certificate_bytes, _raw(certificate.signature))
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _signed(certificate, algorithm, signature, origin, nonce):
    """Origin and nonce are not in the token: the server puts its own into what was signed."""
    if algorithm == "SM2SM3":
        point = sm2_point(certificate)
        message = SM2_PREFIX + sm2.sm3(origin) + sm2.sm3(nonce)
        if point is None or not sm2.verify(point, message, signature):
            raise Refused("signature")
        return
    bits = int(algorithm[2:])
    digest = {256: hashlib.sha256, 384: hashlib.sha384, 512: hashlib.sha512}[bits]
    message = digest(origin).digest() + digest(nonce).digest()
    kind = {256: hashes.SHA256, 384: hashes.SHA384, 512: hashes.SHA512}[bits]()
    key = certificate.public_key()
    try:
        if algorithm.startswith("ES") and isinstance(key, ec.EllipticCurvePublicKey):
            half = len(signature) // 2
            r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(kind))
        elif algorithm.startswith("RS") and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), kind)
        elif algorithm.startswith("PS") and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PSS(padding.MGF1(kind), kind.digest_size), kind)
        else:
            raise Refused("algorithm and key do not fit")
    except InvalidSignature:
        raise Refused("signature") from None


def sm2_point(certificate):
    """x ‖ y of an SM2 key, from SubjectPublicKeyInfo; None for every other key."""
    fields = _members(certificate.tbs_certificate_bytes)
    # version [0], serial, signature, issuer, validity, subject, subjectPublicKeyInfo
    info = _members(fields[6][1], whole=False)
    algorithm = _members(info[0][1], whole=False)
    if len(algorithm) < 2 or algorithm[1][1] != SM2_CURVE:
        return None
    bits = info[1][1]
    return bits[2:] if len(bits) == 66 and bits[:2] == b"\0\x04" else None


def _members(der, whole=True):
    """Tags and contents of a SEQUENCE's members; of the contents alone unless `whole`."""
    if whole:
        der = _element(der, 0)[1]
    found, at = [], 0
    while at < len(der):
        tag, content, at = _element(der, at)
        found.append((tag, content))
    return found


def _element(der, at):
    tag, length, at = der[at], der[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(der[at : at + size], "big"), at + size
    return tag, der[at : at + length], at + length


def _raw(signature):
    """r ‖ s of SEQUENCE { r, s }."""
    return b"".join(int.from_bytes(number, "big").to_bytes(32, "big") for _, number in _members(signature))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--origin", required=True)
    parser.add_argument("--nonce", required=True)
    parser.add_argument("--roots", required=True)
    parser.add_argument("--at", type=datetime.fromisoformat)
    options = parser.parse_args()
    with open(options.roots, "rb") as file:
        roots = x509.load_pem_x509_certificates(file.read())
    try:
        certificate = check(sys.stdin.read(), options.origin, options.nonce, roots, options.at)
    except (Refused, KeyError, ValueError) as fault:
        print(f"refused: {fault}", file=sys.stderr)
        return 1
    print(certificate.subject.rfc4514_string())
    return 0


if __name__ == "__main__":
    sys.exit(main())
