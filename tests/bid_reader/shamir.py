"""Shamir's secret sharing over GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, by tables of logarithms."""

EXP = [1]
while len(EXP) < 255:
    doubled = EXP[-1] << 1 ^ (0x11B if EXP[-1] & 0x80 else 0)
    EXP.append(doubled ^ EXP[-1])  # times x + 1, which generates the group
LOG = {value: power for power, value in enumerate(EXP)}


def times(a, b):
    return EXP[(LOG[a] + LOG[b]) % 255] if a and b else 0


def divide(a, b):
    return EXP[(LOG[a] - LOG[b]) % 255] if a else 0


def combine(shares):
    """The value at 0 of the polynomial through the shares, pairs of x and bytes, for each byte."""
    secret = bytes(32)
    for x, share in shares:
        weight = 1
        for other, _ in shares:
            if other != x:
                weight = times(weight, divide(other, other ^ x))
        secret = bytes(s ^ times(weight, y) for s, y in zip(secret, share))
    return secret


def split(secret, members, coefficients):
    """The shares of members 1 to `members`; one coefficient of 32 bytes for each power from 1 on."""
    shares = []
    for x in range(1, members + 1):
        share, power = secret, 1
        for coefficient in coefficients:
            power = times(power, x)
            share = bytes(s ^ times(power, c) for s, c in zip(share, coefficient))
        shares.append(share)
    return shares
