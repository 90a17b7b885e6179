"""Whether an Ed25519 signature is good (RFC 8032 §5.1.7), and nothing else.

Why our own: it is all of cryptography that the update check needs beyond the standard library, it holds no secret, so
the time that it takes tells nobody anything, and the usual library is 10 MB (docs/decisions/updates.md). It signs
nothing and makes no keys.
"""

from __future__ import annotations

from hashlib import sha512

_PRIME = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
_ROOT_OF_MINUS_ONE = pow(2, (_PRIME - 1) // 4, _PRIME)
KEY_BYTES, SIGNATURE_BYTES = 32, 64

Point = tuple[int, int, int, int]
"""Extended homogeneous coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x·y = T/Z (RFC 8032 §5.1.4)."""

_NEUTRAL: Point = (0, 1, 1, 0)


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` is the key's over `message`. False for anything malformed; takes some milliseconds."""
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    key = _decoded(public_key)
    scalar = int.from_bytes(signature[KEY_BYTES:], "little")
    if key is None or scalar >= _ORDER:
        return False
    challenge = int.from_bytes(sha512(signature[:KEY_BYTES] + public_key + message).digest(), "little") % _ORDER
    x, y, z, t = key
    # s·B = R + k·A, asked as s·B - k·A = R; comparing the encoding also refuses an R that is not canonical.
    return encoded(_add(times(scalar, BASE), times(challenge, (-x % _PRIME, y, z, -t % _PRIME)))) == signature[:32]


def times(scalar: int, point: Point) -> Point:
    """Multiply a point of the curve."""
    result = _NEUTRAL
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _add(one: Point, other: Point) -> Point:
    """Add two points (RFC 8032 §5.1.4); the formula is complete, so it doubles as well."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % _PRIME, (y1 + x1) * (y2 + x2) % _PRIME
    c, d = 2 * t1 * t2 * _D % _PRIME, 2 * z1 * z2 % _PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _PRIME, g * h % _PRIME, f * g % _PRIME, e * h % _PRIME


def encoded(point: Point) -> bytes:
    """Return the 32 octets that stand for a point (RFC 8032 §5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, -1, _PRIME)
    x, y = x * inverse % _PRIME, y * inverse % _PRIME
    return (y | (x & 1) << 255).to_bytes(KEY_BYTES, "little")


def _decoded(encoded: bytes) -> Point | None:
    """Return the point of an encoding (RFC 8032 §5.1.3), or None where there is none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _PRIME:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    x = pow(square, (_PRIME + 3) // 8, _PRIME)
    if (x * x - square) % _PRIME:
        x = x * _ROOT_OF_MINUS_ONE % _PRIME
    if (x * x - square) % _PRIME or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _PRIME - x
    return x, y, 1, x * y % _PRIME


def _base() -> Point:
    point = _decoded((4 * pow(5, -1, _PRIME) % _PRIME).to_bytes(KEY_BYTES, "little"))
    assert point is not None  # noqa: S101 - a constant of the standard
    return point


BASE = _base()
