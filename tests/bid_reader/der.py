"""DER, strictly: one value has one encoding, and everything else is refused."""


class Malformed(Exception):
    """Not the DER that the format demands."""


SEQUENCE, SET, INTEGER, OCTETS, OID, ENUMERATED = 0x30, 0x31, 0x02, 0x04, 0x06, 0x0A
UTF8, GENERALIZED_TIME, NULL, BITS = 0x0C, 0x18, 0x05, 0x03


def explicit(number):
    return 0xA0 | number


def read(data, at=0):
    """The element at `at`: tag, value, and where the next one begins."""
    try:
        tag, first = data[at], data[at + 1]
    except IndexError:
        raise Malformed("cut") from None
    if tag & 0x1F == 0x1F:
        raise Malformed("long tag")
    start = at + 2
    length = first
    if first & 0x80:
        count = first & 0x7F
        digits = data[start : start + count]
        length = int.from_bytes(digits, "big")
        start += count
        if not 1 <= count <= 4 or len(digits) != count or digits[0] == 0 or length < 0x80:
            raise Malformed("length")
    if start + length > len(data):
        raise Malformed("cut")
    return tag, data[start : start + length], start + length


def whole(data, tag):
    """The value of the only element in `data`."""
    found, value, end = read(data)
    if found != tag or end != len(data):
        raise Malformed(f"tag {found:#x} instead of {tag:#x}, or something after it")
    return value


class Fields:
    """The elements inside a value, taken one after the other."""

    def __init__(self, value):
        self.value, self.at = value, 0

    def next_tag(self):
        return self.value[self.at] if self.at < len(self.value) else None

    def take(self, tag):
        found, value, self.at = read(self.value, self.at)
        if found != tag:
            raise Malformed(f"tag {found:#x} instead of {tag:#x}")
        return value

    def take_raw(self):
        """The next element with tag and length."""
        start = self.at
        _, _, self.at = read(self.value, start)
        return self.value[start : self.at]

    def optional(self, tag):
        return self.take(tag) if self.next_tag() == tag else None

    def integer(self):
        return to_integer(self.take(INTEGER))

    def text(self):
        try:
            return self.take(UTF8).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("UTF-8") from None

    def end(self):
        if self.at != len(self.value):
            raise Malformed("something after the last field")


def to_integer(value):
    if not value or len(value) > 1 and (value[0] == 0 and value[1] < 0x80 or value[0] == 0xFF and value[1] >= 0x80):
        raise Malformed("integer")
    return int.from_bytes(value, "big", signed=True)


def tlv(tag, *parts):
    value = b"".join(parts)
    length = len(value)
    if length < 0x80:
        return bytes([tag, length]) + value
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + value


def integer(number):
    # One bit more than the number has, for its sign.
    bits = (number if number >= 0 else -number - 1).bit_length() + 1
    return tlv(INTEGER, number.to_bytes((bits + 7) // 8, "big", signed=True))


def oid(value):
    """Dotted text of an object identifier."""
    if not value or value[-1] & 0x80:
        raise Malformed("object identifier")
    arcs, arc = [], 0
    for byte in value:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def encode_oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    value = b""
    for arc in [40 * first + second, *rest]:
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.insert(0, 0x80 | arc & 0x7F)
        value += bytes(digits)
    return tlv(OID, value)
