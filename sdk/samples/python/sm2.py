"""SM3 (GB/T 32905) and the check of an SM2 signature (GB/T 32918.2) in plain Python: a login needs no more.

Nothing here is secret, so nothing has to be constant-time. A server with a library for SM2 uses that.
"""

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
DEFAULT_ID = b"1234567812345678"
MASK = 0xFFFFFFFF


def verify(point, message, signature, signer_id=DEFAULT_ID):
    """Whether `signature` (r ‖ s, 64 bytes) over `message` is that of the key `point` (x ‖ y, 64 bytes)."""
    if len(signature) != 64 or len(point) != 64:
        return False
    r, s = (int.from_bytes(signature[i : i + 32], "big") for i in (0, 32))
    key = tuple(int.from_bytes(point[i : i + 32], "big") for i in (0, 32))
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N and t) or not _on_curve(key):
        return False
    e = int.from_bytes(sm3(_z(point, signer_id) + message), "big")
    total = _add(_times(s, G), _times(t, key))
    return total is not None and (e + total[0]) % N == r


def _z(point, signer_id):
    numbers = b"".join(number.to_bytes(32, "big") for number in (A, B, *G))
    return sm3((8 * len(signer_id)).to_bytes(2, "big") + signer_id + numbers + point)


def _on_curve(point):
    x, y = point
    return x < P and y < P and (y * y - x * x * x - A * x - B) % P == 0


def _add(left, right):
    if left is None or right is None:
        return right if left is None else left
    (x1, y1), (x2, y2) = left, right
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if left == right else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _times(number, point):
    total = None
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _rotate(word, n):
    n %= 32
    return (word << n | word >> 32 - n) & MASK


def sm3(data):
    """The SM3 hash."""
    bits = 8 * len(data)
    data = bytes(data) + b"\x80" + bytes(-(len(data) + 9) % 64) + bits.to_bytes(8, "big")
    state = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
    for at in range(0, len(data), 64):
        state = tuple(old ^ new for old, new in zip(state, _compress(state, data[at : at + 64])))
    return b"".join(word.to_bytes(4, "big") for word in state)


def _compress(state, block):
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _rotate(w[j - 3], 15)
        w.append(x ^ _rotate(x, 15) ^ _rotate(x, 23) ^ _rotate(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = _rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j)
        ss1 = _rotate((_rotate(a, 12) + e + constant) & MASK, 7)
        ss2 = ss1 ^ _rotate(a, 12)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & g & MASK
        tt1, tt2 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & MASK, (gg + h + ss1 + w[j]) & MASK
        d, c, b, a = c, _rotate(b, 9), a, tt1
        h, g, f, e = g, _rotate(f, 19), e, tt2 ^ _rotate(tt2, 9) ^ _rotate(tt2, 17)
    return a, b, c, d, e, f, g, h
