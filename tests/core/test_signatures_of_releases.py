"""Ed25519 against the standard's own vectors and another implementation, and minisign's files against tampering."""

from __future__ import annotations

import random

import pytest

from ddns_tray.core import ed25519
from ddns_tray.core.minisign import is_signed, public_key
from tests.support.minisign import Signer

# RFC 8032 §7.1, tests 1 to 3: seed, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
            "655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
            "b00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
            "c027beceea1ec40a"
        ),
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493
CONTENT = b'{"schema": 1}'


@pytest.mark.parametrize(("seed", "key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_hold(seed: str, key: str, message: str, signature: str) -> None:
    assert ed25519.verify(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))
    signer = Signer(bytes.fromhex(seed))
    assert signer.raw_public.hex() == key
    assert signer.raw_sign(bytes.fromhex(message)).hex() == signature


def test_another_implementation_agrees_on_good_and_on_broken_signatures() -> None:
    pytest.importorskip("cryptography", reason="the other implementation is only installed with Linux's keyring")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    chance = random.Random(8032)
    for _ in range(40):
        private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public = private.public_key()
        raw, message = public.public_bytes_raw(), chance.randbytes(chance.randrange(200))
        signature = bytearray(private.sign(message))
        assert ed25519.verify(raw, message, bytes(signature))
        signature[chance.randrange(64)] ^= 1 << chance.randrange(8)
        with pytest.raises(InvalidSignature):
            public.verify(bytes(signature), message)
        assert not ed25519.verify(raw, message, bytes(signature))
        assert not ed25519.verify(raw, message + b"x", private.sign(message))


def test_what_is_malformed_is_no_signature() -> None:
    key, signature = (bytes.fromhex(VECTORS[1][each]) for each in (1, 3))
    assert ed25519.verify(key, b"r", signature)
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    too_large_y = (2**255 - 19).to_bytes(32, "little")
    minus_zero = (1 | 1 << 255).to_bytes(32, "little")
    no_point = (2).to_bytes(32, "little")
    assert not ed25519.verify(key, b"r", signature[:32] + scalar.to_bytes(32, "little"))
    assert not ed25519.verify(key, b"r", signature[:-1])
    assert not ed25519.verify(key[:-1], b"r", signature)
    for wrong in (too_large_y, minus_zero, no_point):
        assert not ed25519.verify(wrong, b"r", signature)
        assert not ed25519.verify(key, b"r", wrong + signature[32:])


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hashed", [True, False])
def test_a_file_is_signed_by_a_key_of_ours_or_not_at_all(*, hashed: bool) -> None:
    ours, theirs = Signer(), Signer(bytes(32))
    keys = (public_key(Signer(bytes(range(1, 33)), b"otherkey").public), public_key(ours.public))
    good = ours.sign(CONTENT, hashed=hashed)
    assert is_signed(CONTENT, good, keys)
    assert not is_signed(CONTENT + b" ", good, keys)
    assert not is_signed(CONTENT, theirs.sign(CONTENT, hashed=hashed), keys)
    assert not is_signed(CONTENT, good, ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"timestamp:1", b"timestamp:2"),
        (b"trusted comment: ", b"comment: "),
        (b"=\n", b"\n"),
        (b"\nRUR", b"\nRUX"),
        (b"untrusted", b"\xff"),
        (b"\n", b" "),
    ],
)
def test_a_file_that_was_touched_anywhere_is_not_signed(old: bytes, new: bytes) -> None:
    signer = Signer()
    good = signer.sign(CONTENT)
    touched = good.replace(old, new)
    if touched != good:
        assert not is_signed(CONTENT, touched, (public_key(signer.public),))


@pytest.mark.parametrize("written", ["", "RWQ", "not base64!", "AAAA" * 14, "é"])
def test_what_is_no_key_is_a_value_error(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        public_key(written)


def test_what_minisign_itself_has_written_is_read() -> None:
    """Made with minisign 0.11; the secret key was thrown away."""
    keys = (public_key("RWSjrFMvbtXjc2hzTYB7o2qQfze8dGOCpiVQO/y0YIv0THhdlMSYOQWH"),)
    signature = (
        b"untrusted comment: signature from minisign secret key\n"
        b"RUSjrFMvbtXjc37zbTt5B/6O+njCb0/Ci1qksw5lwbNyt86x2PMTi6p3eV1rUOHEN4gIpKDjkCOhFFn6sH9nkvg0GO4trSTp6wY=\n"
        b"trusted comment: hello world\n"
        b"SaaKJYLB8POY65FyOP4x7knROF8Uxm9d3e/wckNlkimf6UZ1tIZ9PSI2pgZi8CWgi9UimhZ5r635LOzBUvMCDg==\n"
    )
    assert is_signed(b'{"schema":1}\n', signature, keys)
    assert not is_signed(b'{"schema":1}\n', signature.replace(b"hello", b"hullo"), keys)
