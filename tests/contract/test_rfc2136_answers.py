"""What RFC 2136 answers mean that real servers give only on bad days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.tsig
import pytest

from ddns_tray.core.errors import (
    DdnsTrayError,
    PermissionDenied,
    ProviderUnavailable,
    RequestRejected,
    UnexpectedAnswer,
    ZoneNotFound,
)
from ddns_tray.core.model import Change
from ddns_tray.core.ports import Secret
from ddns_tray.http import HttpxClient
from ddns_tray.providers.registry import open_account
from tests.contract.suite import HOME, NEW
from tests.contract.test_rfc2136 import ShiftedClock
from tests.support.scripted_dns import scripted_dns

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "d2VsbC1rbm93bi10ZXN0LWtleS1vZi10aGlzLWZpbGU="


def answered(
    query: dns.message.Message, rcode: dns.rcode.Rcode = dns.rcode.NOERROR, *, sign_as: str | None = "ddns"
) -> bytes:
    response = dns.message.make_response(query)
    response.set_rcode(rcode)
    response.flags |= dns.flags.AA
    response.tsig = None
    if sign_as is not None:
        response.use_tsig(dns.tsig.Key(sign_as, SECRET, "hmac-sha256"), original_id=query.id)
        response.request_mac = query.mac or b""
    return response.to_wire()


async def failure(script: Callable[[dns.message.Message], bytes]) -> DdnsTrayError:
    async with scripted_dns(script) as port:
        options = {"server": "127.0.0.1", "port": str(port), "key_name": "ddns", "zone": "example.test"}
        provider = open_account("rfc2136", options, {"key": Secret(SECRET)}, http=HttpxClient(), clock=ShiftedClock())
        with pytest.raises(DdnsTrayError) as caught:
            await provider.apply(Change(HOME, None, (NEW,)))
        assert provider.calls == 1
        assert SECRET not in repr(caught.value.problem)
        return caught.value


@pytest.mark.parametrize(
    ("rcode", "kind"),
    [
        (dns.rcode.SERVFAIL, ProviderUnavailable),
        (dns.rcode.REFUSED, PermissionDenied),
        (dns.rcode.NOTAUTH, ZoneNotFound),
        (dns.rcode.NOTZONE, ZoneNotFound),
        (dns.rcode.FORMERR, RequestRejected),
        (dns.rcode.NOTIMP, RequestRejected),
    ],
)
@pytest.mark.parametrize("sign_as", ["ddns", None])
async def test_a_code_means_what_it_says(
    rcode: dns.rcode.Rcode, kind: type[DdnsTrayError], sign_as: str | None
) -> None:
    error = await failure(lambda query: answered(query, rcode, sign_as=sign_as))
    assert type(error) is kind
    assert dns.rcode.to_text(rcode) in str(error)


@pytest.mark.parametrize("sign_as", [None, "somebody-else"])
async def test_good_news_without_our_signature_is_not_believed(sign_as: str | None) -> None:
    assert isinstance(await failure(lambda query: answered(query, sign_as=sign_as)), UnexpectedAnswer)


async def test_an_answer_that_was_changed_on_the_way_is_not_believed() -> None:
    def tampered(query: dns.message.Message) -> bytes:
        wire = bytearray(answered(query, dns.rcode.NXDOMAIN))
        wire[3] = wire[3] & 0xF0
        return bytes(wire)

    assert isinstance(await failure(tampered), UnexpectedAnswer)


@pytest.mark.parametrize(
    "script",
    [
        lambda _query: b"",
        lambda _query: b"HTTP/1.1 400 Bad Request\r\n\r\n",
        lambda query: answered(query)[:20],
        lambda query: bytes([query.id >> 8 ^ 1]) + answered(query)[1:],
        lambda query: query.to_wire(),
    ],
    ids=["empty", "http", "cut", "other-id", "echo"],
)
async def test_nonsense_is_an_unexpected_answer(script: Callable[[dns.message.Message], bytes]) -> None:
    assert isinstance(await failure(script), UnexpectedAnswer)


async def remarks_of_a_test(script: Callable[[dns.message.Message], bytes]) -> list[str]:
    async with scripted_dns(script) as port:
        options = {"server": "127.0.0.1", "port": str(port), "key_name": "ddns", "zone": "example.test"}
        provider = open_account("rfc2136", options, {"key": Secret(SECRET)}, http=HttpxClient(), clock=ShiftedClock())
        report = await provider.test()
        assert report.zones == ("example.test",)
        return [str(remark) for remark in report.remarks]


async def test_a_key_that_may_ask_but_not_update_is_told_so() -> None:
    def looking_only(query: dns.message.Message) -> bytes:
        return answered(query, dns.rcode.REFUSED if query.opcode() == dns.opcode.UPDATE else dns.rcode.NOERROR)

    assert ["may not update" in remark for remark in await remarks_of_a_test(looking_only)] == [True]


async def test_a_key_that_may_update_is_told_so_too() -> None:
    assert ["The key may update" in remark for remark in await remarks_of_a_test(answered)] == [True]


async def test_a_zone_that_the_server_does_not_answer_for_fails_the_test() -> None:
    def without_authority(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.tsig = None
        response.use_tsig(dns.tsig.Key("ddns", SECRET, "hmac-sha256"), original_id=query.id)
        response.request_mac = query.mac or b""
        return response.to_wire()

    with pytest.raises(ZoneNotFound):
        await remarks_of_a_test(without_authority)


async def test_a_transfer_that_never_gets_anywhere_is_an_unexpected_answer() -> None:
    async with scripted_dns(answered) as port:
        options = {"server": "127.0.0.1", "port": str(port), "key_name": "ddns", "zone": "example.test"}
        provider = open_account("rfc2136", options, {"key": Secret(SECRET)}, http=HttpxClient(), clock=ShiftedClock())
        with pytest.raises(UnexpectedAnswer):
            await provider.records("example.test")


async def test_a_server_that_fails_while_the_zone_is_sought_is_unavailable() -> None:
    async with scripted_dns(lambda query: answered(query, dns.rcode.SERVFAIL)) as port:
        options = {"server": "127.0.0.1", "port": str(port), "key_name": "ddns"}
        provider = open_account("rfc2136", options, {"key": Secret(SECRET)}, http=HttpxClient(), clock=ShiftedClock())
        with pytest.raises(ProviderUnavailable):
            await provider.read(HOME)


async def test_a_server_without_authority_is_not_read_from() -> None:
    def resolver(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.tsig = None
        response.use_tsig(dns.tsig.Key("ddns", SECRET, "hmac-sha256"), original_id=query.id)
        response.request_mac = query.mac or b""
        return response.to_wire()

    assert isinstance(await failure(resolver), ZoneNotFound)
