"""SM3 (GM/T 0004), SM4 with CBC and GCM (GM/T 0002, RFC 8998), SM2 decryption (GM/T 0003.4) in plain Python.

Slow and not constant-time: a second opinion for tests, nothing else.
"""

from functools import lru_cache

MASK = 0xFFFFFFFF


def rotate(x, n):
    n %= 32
    return (x << n | x >> 32 - n) & MASK


# SM3

IV3 = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
T3 = [rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64)]


def sm3(data):
    bits = len(data) * 8
    data = bytes(data) + b"\x80" + bytes(-(len(data) + 9) % 64) + bits.to_bytes(8, "big")
    state = IV3
    for at in range(0, len(data), 64):
        state = _compress(state, data[at : at + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def _compress(state, block):
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ rotate(w[j - 3], 15)
        w.append(x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        a12 = (a << 12 | a >> 20) & MASK
        ss1 = rotate((a12 + e + T3[j]) & MASK, 7)
        ss2 = ss1 ^ a12
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = a & b | a & c | b & c, e & f | ~e & g & MASK
        tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & MASK
        tt2 = (gg + h + ss1 + w[j]) & MASK
        a, b, c, d = tt1, a, (b << 9 | b >> 23) & MASK, c
        e, f, g, h = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17), e, (f << 19 | f >> 13) & MASK, g
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))


def hmac_sm3(key, message):
    key = (sm3(key) if len(key) > 64 else key).ljust(64, b"\0")
    inner = sm3(bytes(b ^ 0x36 for b in key) + message)
    return sm3(bytes(b ^ 0x5C for b in key) + inner)


# SM4

SBOX = bytes.fromhex(
    "d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699"
    "9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6"
    "4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35"
    "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e"
    "eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3"
    "1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51"
    "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0"
    "8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948"
)
FK = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)
CK = [sum(((4 * i + j) * 7 % 256) << (24 - 8 * j) for j in range(4)) for i in range(32)]


def _substitute(x):
    return SBOX[x >> 24] << 24 | SBOX[x >> 16 & 255] << 16 | SBOX[x >> 8 & 255] << 8 | SBOX[x & 255]


def _linear(b):
    return b ^ rotate(b, 2) ^ rotate(b, 10) ^ rotate(b, 18) ^ rotate(b, 24)


# Substitution and linear map of each byte of a word.
TABLES = [[_linear(SBOX[byte] << shift) for byte in range(256)] for shift in (24, 16, 8, 0)]


@lru_cache(maxsize=32)
def _round_keys(key):
    k = [int.from_bytes(key[4 * i : 4 * i + 4], "big") ^ FK[i] for i in range(4)]
    for i in range(32):
        b = _substitute(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ CK[i])
        k.append(k[i] ^ b ^ rotate(b, 13) ^ rotate(b, 23))
    return tuple(k[4:])


def _sm4(round_keys, block):
    t0, t1, t2, t3 = TABLES
    a, b, c, d = (int.from_bytes(block[i : i + 4], "big") for i in (0, 4, 8, 12))
    for key in round_keys:
        x = b ^ c ^ d ^ key
        a, b, c, d = b, c, d, a ^ t0[x >> 24] ^ t1[x >> 16 & 255] ^ t2[x >> 8 & 255] ^ t3[x & 255]
    return b"".join(word.to_bytes(4, "big") for word in (d, c, b, a))


def sm4_cbc_decrypt(key, iv, data):
    """Without the padding; `None` when it is wrong."""
    if not data or len(data) % 16:
        return None
    keys = _round_keys(key)[::-1]
    blocks = [data[i : i + 16] for i in range(0, len(data), 16)]
    plain = b"".join(_xor(_sm4(keys, block), before) for block, before in zip(blocks, [iv, *blocks]))
    pad = plain[-1]
    return plain[:-pad] if 1 <= pad <= 16 and plain.endswith(bytes([pad]) * pad) else None


def _xor(a, b):
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).to_bytes(len(a), "big")


@lru_cache(maxsize=32)
def _ghash_table(h):
    """For each byte of a field element at its place: its product with H."""
    tables, v = [], h
    for _ in range(16):
        products = [0] * 256
        for bit in (128, 64, 32, 16, 8, 4, 2, 1):
            products[bit] = v
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
        for byte in range(256):
            low = byte & -byte
            if byte != low:
                products[byte] = products[low] ^ products[byte ^ low]
        tables.append(products)
    return tables


def _gcm(key, nonce, data, sealed):
    """The keystream applied to `data`, and the tag over the ciphertext. The additional data is empty."""
    keys = _round_keys(key)
    stream = b"".join(_sm4(keys, nonce + (2 + i).to_bytes(4, "big")) for i in range((len(data) + 15) // 16))
    result = _xor(data, stream[: len(data)]) if data else b""
    cipher = data if sealed else result
    tables = _ghash_table(int.from_bytes(_sm4(keys, bytes(16)), "big"))
    y = 0
    for block in [cipher[i : i + 16].ljust(16, b"\0") for i in range(0, len(cipher), 16)] + [
        bytes(8) + (len(cipher) * 8).to_bytes(8, "big")
    ]:
        element = (y ^ int.from_bytes(block, "big")).to_bytes(16, "big")
        y = 0
        for table, byte in zip(tables, element):
            y ^= table[byte]
    return result, _xor(y.to_bytes(16, "big"), _sm4(keys, nonce + b"\0\0\0\1"))


def sm4_gcm_seal(key, nonce, plain):
    cipher, tag = _gcm(key, nonce, plain, sealed=False)
    return cipher + tag


def sm4_gcm_open(key, nonce, sealed):
    """`None` when the tag does not hold."""
    if len(sealed) < 16:
        return None
    plain, tag = _gcm(key, nonce, sealed[:-16], sealed=True)
    return plain if tag == sealed[-16:] else None


# SM2 on sm2p256v1 (GM/T 0003.5)

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)


def _add(p, q):
    if p is None or q is None:
        return p or q
    (x1, y1), (x2, y2) = p, q
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def multiply(k, point):
    result = None
    while k:
        if k & 1:
            result = _add(result, point)
        point = _add(point, point)
        k >>= 1
    return result


def sm2_decrypt(d, x, y, digest, cipher):
    """`None` when the hash over the message does not hold."""
    if not (0 <= x < P and 0 <= y < P and (y * y - x * x * x - A * x - B) % P == 0):
        return None
    x2, y2 = (coordinate.to_bytes(32, "big") for coordinate in multiply(d, (x, y)))
    stream = b"".join(sm3(x2 + y2 + i.to_bytes(4, "big")) for i in range(1, len(cipher) // 32 + 2))
    message = _xor(cipher, stream[: len(cipher)])
    return message if sm3(x2 + message + y2) == digest else None


def _self_check():
    """The examples of the standards: a wrong table must not pass for an altered file."""
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    assert _sm4(_round_keys(key), key).hex() == "681edf34d206965e86b3e94f536e4246"


_self_check()
