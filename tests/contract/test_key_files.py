"""Signatures with RSA keys, the files in which services give them, and the two services that want them."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ddns_tray.core.errors import AuthenticationFailed, ClockSkewed, RecordConflict, RequestRejected
from ddns_tray.core.model import RecordMemory
from ddns_tray.core.plan import plan
from ddns_tray.core.ports import Secret
from ddns_tray.providers.registry import open_account
from ddns_tray.providers.rest_services.google_cloud import read_account
from ddns_tray.providers.signing.rsa import KeyFault, NotAKey, RsaKey, read_key
from tests.contract.suite import HOME, NEW, OLD, update
from tests.contract.test_rest_services import FAKES, RestHarness
from tests.support.clock import FakeClock
from tests.support.dns_servers import ZONE, Datum
from tests.support.fake_rest_keyed import NOW, key_file, pem, private_key

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = Path(__file__).parent / "vectors"
ENCODING = serialization.Encoding.PEM
NOTHING = serialization.NoEncryption()


def harness_of(service: str) -> RestHarness:
    return RestHarness(service, FAKES[service]("unused"))


def decoded(word: str) -> bytes:
    return urlsafe_b64decode(word + "=" * (-len(word) % 4))


# signatures


@pytest.mark.parametrize("bits", [1024, 2048, 3072, 2049])
@pytest.mark.parametrize(("digest", "algorithm"), [("sha256", hashes.SHA256()), ("sha512", hashes.SHA512())])
def test_a_signature_is_to_the_last_bit_that_of_a_library(
    bits: int, digest: str, algorithm: hashes.HashAlgorithm
) -> None:
    theirs = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    written = theirs.private_bytes(ENCODING, serialization.PrivateFormat.PKCS8, NOTHING).decode()
    for message in (b"", b"message", bytes(range(256)) * 10):
        expected = theirs.sign(message, padding.PKCS1v15(), algorithm)
        assert read_key(written).sign(message, digest=digest) == expected


def test_the_example_of_rfc_7515_is_signed_as_it_says() -> None:
    """Appendix A.2: numbers, what is signed, and the signature, all in Base64url."""
    example = json.loads((VECTORS / "rfc7515-a2.json").read_text(encoding="utf-8"))
    numbers = {name: int.from_bytes(decoded(example[name])) for name in ("n", "e", "d")}
    key = RsaKey(numbers["n"], numbers["e"], numbers["d"])
    assert key.sign(example["signing_input"].encode(), digest="sha256") == decoded(example["signature"])


def test_both_forms_of_a_key_are_read_whatever_became_of_its_lines() -> None:
    key = read_key(pem())
    for written in (
        pem(traditional=True),
        pem().replace("\n", "\r\n"),
        pem().replace("\n", " "),
        pem().replace("\n", ""),
        pem().replace("\n", "\\n"),
        f"some words before\n{pem()}\nand after",
    ):
        assert read_key(written) == key
    assert repr(key) == "RsaKey(1024 bits)"
    assert str(private_key("good").private_numbers().d) not in repr(key)


def test_a_key_of_which_any_line_is_damaged_is_refused_when_it_is_read() -> None:
    lines = pem().splitlines()
    for number, line in enumerate(lines[1:8], start=1):
        damaged = [*lines[:number], line[::-1], *lines[number + 1 :]]
        with pytest.raises(NotAKey):
            read_key("\n".join(damaged))


def test_a_fault_while_signing_does_not_give_the_key_away() -> None:
    key = read_key(pem())
    broken = RsaKey(key.modulus, key.public_exponent, key.private_exponent ^ 2)
    with pytest.raises(NotAKey):
        broken.sign(b"message", digest="sha256")


def _other(key: Any, form: Any = serialization.PrivateFormat.PKCS8, encryption: Any = NOTHING) -> str:
    return str(key.private_bytes(ENCODING, form, encryption).decode())


def _der(tag: int, content: bytes) -> bytes:
    return bytes((tag, 0x82)) + len(content).to_bytes(2) + content


def _of_one_prime() -> str:
    """A key of which one factor is 1, and the other all of it."""
    modulus = (1 << 1024) + 1
    numbers = (0, modulus, 3, 5, 1, modulus, 1, 1, 1)
    body = b"".join(_der(0x02, each.to_bytes(each.bit_length() // 8 + 1)) for each in numbers)
    return f"-----BEGIN RSA PRIVATE KEY-----\n{b64encode(_der(0x30, body)).decode()}\n-----END RSA PRIVATE KEY-----"


WRONG: list[tuple[Callable[[], str], KeyFault]] = [
    (lambda: " ", KeyFault.NOT_PEM),
    (lambda: "AIzaSy-an-api-key", KeyFault.NOT_PEM),
    (lambda: pem()[30:], KeyFault.NOT_PEM),
    (lambda: pem().replace("-----END", "----END"), KeyFault.NOT_PEM),
    (lambda: _other(private_key("good"), encryption=serialization.BestAvailableEncryption(b"x")), KeyFault.ENCRYPTED),
    (
        lambda: _other(
            private_key("good"),
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.BestAvailableEncryption(b"x"),
        ),
        KeyFault.ENCRYPTED,
    ),
    (
        lambda: (
            private_key("good")
            .public_key()
            .public_bytes(ENCODING, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        ),
        KeyFault.PUBLIC,
    ),
    (lambda: _other(ec.generate_private_key(ec.SECP256R1())), KeyFault.NOT_RSA),
    (
        lambda: _other(ec.generate_private_key(ec.SECP256R1()), serialization.PrivateFormat.TraditionalOpenSSL),
        KeyFault.NOT_RSA,
    ),
    (lambda: pem().replace(pem().splitlines()[5], ""), KeyFault.BROKEN),
    (lambda: pem().replace(pem().splitlines()[5], "!" * 64), KeyFault.BROKEN),
    (lambda: pem().replace(pem().splitlines()[5], "A" * 64), KeyFault.BROKEN),
    (lambda: "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----", KeyFault.BROKEN),
    (lambda: "-----BEGIN RSA PRIVATE KEY-----\nMAMCAQA=\n-----END RSA PRIVATE KEY-----", KeyFault.BROKEN),
    (lambda: "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----", KeyFault.BROKEN),
    (_of_one_prime, KeyFault.BROKEN),
]


@pytest.mark.parametrize(("written", "fault"), WRONG)
def test_what_is_no_key_is_told_for_what_it_is(written: Callable[[], str], fault: KeyFault) -> None:
    with pytest.raises(NotAKey) as caught:
        read_key(written())
    assert caught.value.fault is fault


@pytest.mark.parametrize("service", ["google_cloud", "transip"])
@pytest.mark.parametrize(("written", "fault"), WRONG)
def test_a_wrong_key_file_stops_with_words_that_say_what_is_wrong(
    service: str, written: Callable[[], str], fault: KeyFault
) -> None:
    del fault
    content = written()
    if service == "google_cloud":
        content = json.dumps({**json.loads(key_file()), "private_key": content})
    harness = harness_of(service)
    with pytest.raises(AuthenticationFailed) as caught:
        open_account(service, harness.options, secrets_of(harness, content), http=harness.http, clock=FakeClock(NOW))
    assert caught.value.asks_person
    assert caught.value.problem.hint is not None
    assert harness.spec.title in str(caught.value)
    assert "BEGIN PRIVATE" not in repr(caught.value.problem)


@pytest.mark.parametrize(
    "content",
    [
        pem,
        lambda: "AIzaSy-an-api-key",
        lambda: '{"installed": {"client_id": "x", "client_secret": "y"}}',
        lambda: '{"type": "authorized_user", "refresh_token": "x"}',
        lambda: '{"type": "service_account", "client_email": "x"}',
        lambda: key_file()[:-3],
        lambda: "[]",
    ],
)
def test_another_file_of_google_is_told_from_the_key_of_a_service_account(content: Callable[[], str]) -> None:
    with pytest.raises(AuthenticationFailed, match="not the key file of a service account") as caught:
        read_account(content(), "Google Cloud DNS")
    assert "authorized_user" not in str(caught.value)


def test_a_key_file_that_went_through_a_field_of_one_line_is_still_good() -> None:
    read_account(key_file().replace("\n", "\u2028"), "Google Cloud DNS")


# the services


def secrets_of(harness: RestHarness, content: str) -> dict[str, Secret]:
    return {field.name: Secret(content) for field in harness.spec.fields if field.secret}


async def test_a_clock_that_is_ten_minutes_wrong_is_named_by_google() -> None:
    harness = harness_of("google_cloud")
    for wrong in (-660.0, 660.0):
        clock = FakeClock(NOW + wrong)
        provider = open_account("google_cloud", {}, secrets_of(harness, harness.secret), http=harness.http, clock=clock)
        with pytest.raises(ClockSkewed) as caught:
            await provider.read(HOME)
        assert "clock" in str(caught.value.problem.hint)


async def test_a_change_of_somebody_else_at_google_is_not_overwritten() -> None:
    harness = harness_of("google_cloud")
    provider = harness.open()
    harness.seed((Datum(HOME.name, "A", OLD),))
    existing = await provider.read(HOME)
    planned = plan(HOME, (NEW,), existing, RecordMemory(), force=False, ttl=None, proxied=None, comment=None)
    harness.seed((Datum(HOME.name, "A", "198.51.100.99"),))
    assert planned.change is not None
    with pytest.raises(RequestRejected, match="changed by somebody else"):
        await provider.apply(planned.change)
    assert harness.content() == {Datum(HOME.name, "A", "198.51.100.99")}


async def test_a_routing_policy_of_google_is_left_alone() -> None:
    harness = harness_of("google_cloud")
    held = harness.service.hold(HOME.name, "A", OLD)
    held.extra = {"rrdatas": [], "routingPolicy": {"geo": {}}}
    provider = harness.open()
    with pytest.raises(RecordConflict, match="routing policy"):
        await provider.read(HOME)
    assert await provider.records(ZONE) == ()


async def test_zones_in_another_project_than_the_key_are_found() -> None:
    harness = harness_of("google_cloud")
    provider = open_account(
        "google_cloud",
        {"project": "another/one"},
        secrets_of(harness, harness.secret),
        http=harness.http,
        clock=FakeClock(NOW),
    )
    with pytest.raises(AssertionError):
        await provider.zones()
    assert "/projects/another%2Fone/managedZones" in harness.requests()[-1].url


async def test_a_token_is_renewed_before_it_ends() -> None:
    for service in ("google_cloud", "transip"):
        harness, clock = harness_of(service), FakeClock(NOW)
        secrets = secrets_of(harness, harness.secret)
        provider = open_account(service, harness.options, secrets, http=harness.http, clock=clock)
        await provider.zones()
        await clock.advance(1000)
        await provider.zones()
        tokens = harness.service.__dict__["tokens"]
        await clock.advance(2700)
        if service == "transip":
            await provider.zones()
        assert (tokens, harness.service.__dict__["tokens"]) == (1, 1 if service == "google_cloud" else 2)


async def test_transip_changes_an_address_in_one_call_and_all_else_in_two() -> None:
    harness = harness_of("transip")
    harness.seed((Datum(HOME.name, "A", OLD, 300),))
    provider = harness.open()
    await update(provider, HOME, NEW)
    assert [request.method for request in harness.requests()][-1] == "PATCH"
    await update(provider, HOME, NEW, ttl=600)
    assert [request.method for request in harness.requests()][-2:] == ["DELETE", "POST"]
    assert harness.content() == {Datum(HOME.name, "A", NEW, 600)}
