"""HTTP against a real server on loopback, good and bad; a fake transport only where no server can show the fault."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gzip
import logging
import os
import socket
import subprocess
import sys
import traceback
import tracemalloc
import zlib
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from ddns_tray.core.errors import (
    AnswerTooLarge,
    ConnectFailed,
    ConnectionLost,
    TimedOut,
    TlsFailed,
    TransportError,
)
from ddns_tray.core.model import Binding, Family
from ddns_tray.core.ports import HttpRequest, HttpResponse
from ddns_tray.http import MAX_REDIRECTS, USER_AGENT, HttpxClient
from ddns_tray.http.body import read_body
from ddns_tray.http.lines import line_of
from ddns_tray.http.outgoing import redirected
from tests.support.certificates import CertificateAuthority
from tests.support.http_server import Answer, Fault, Framing, HttpServer, Received

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

SOON = 0.5
BODY = b"203.0.113.7\n"


@pytest.fixture
async def client() -> AsyncIterator[HttpxClient]:
    client = HttpxClient()
    yield client
    await client.aclose()


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)


async def test_a_request_arrives_as_it_was_given(client: HttpxClient) -> None:
    async with HttpServer({"/update": Answer(201, BODY, (("X-Seen", "yes"),))}) as server:
        response = await client.send(
            HttpRequest(
                "PUT",
                server.url("/update?a=1"),
                headers={"Authorization": "Bearer t"},
                params=(("name", "a b&c"), ("name", "ü")),
                body=b'{"x": 1}',
            )
        )
    assert (response.status, response.headers["x-seen"], response.body) == (201, "yes", BODY)
    (seen,) = server.requests
    assert (seen.method, seen.query, seen.body) == ("PUT", "a=1&name=a+b%26c&name=%C3%BC", b'{"x": 1}')
    assert seen.headers["authorization"] == "Bearer t"
    assert seen.headers["user-agent"] == USER_AGENT


async def test_an_empty_post_says_that_it_is_empty(client: HttpxClient) -> None:
    async with HttpServer({"/": Answer()}) as server:
        await client.send(HttpRequest("POST", server.url()))
    assert server.requests[0].headers["content-length"] == "0"


@pytest.mark.parametrize("status", [204, 304, 404, 429, 500])
async def test_any_status_is_a_normal_answer(client: HttpxClient, status: int) -> None:
    async with HttpServer({"/": Answer(status)}) as server:
        assert (await client.send(HttpRequest("GET", server.url()))).status == status


async def test_the_body_of_a_head_request_is_empty_whatever_length_is_announced(client: HttpxClient) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"
    async with HttpServer({"/": Answer(raw=raw)}) as server:
        assert (await client.send(HttpRequest("HEAD", server.url()))).body == b""


async def test_connections_are_kept_and_used_again(client: HttpxClient) -> None:
    async with HttpServer({"/": Answer(body=BODY)}) as server:
        for _ in range(3):
            await client.send(HttpRequest("GET", server.url()))
    assert server.connections == 1


async def test_a_kept_connection_that_the_server_has_closed_does_no_harm(client: HttpxClient) -> None:
    async with HttpServer({"/": Answer(body=BODY, fault=Fault.CLOSE_AFTER)}) as server:
        for _ in range(3):
            assert (await client.send(HttpRequest("GET", server.url()))).body == BODY
            await server.idle()
    assert server.connections == 3


async def test_a_client_works_again_after_it_was_closed(client: HttpxClient) -> None:
    async with HttpServer({"/": Answer(body=BODY)}) as server:
        await client.send(HttpRequest("GET", server.url()))
        await client.aclose()
        assert (await client.send(HttpRequest("GET", server.url()))).body == BODY


async def test_cookies_are_not_kept(client: HttpxClient) -> None:
    async with HttpServer({"/": Answer(headers=(("Set-Cookie", "id=1"),))}) as server:
        await client.send(HttpRequest("GET", server.url()))
        await client.send(HttpRequest("GET", server.url()))
    assert "cookie" not in server.requests[1].headers


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.STALL_IN_BODY, Fault.DRIP])
async def test_the_time_limit_bounds_the_whole_exchange(client: HttpxClient, fault: Fault) -> None:
    async with HttpServer({"/": Answer(body=BODY, fault=fault)}) as server:
        with pytest.raises(TimedOut) as caught:
            await client.send(HttpRequest("PUT", server.url(), body=b"x", timeout=SOON))
    assert caught.value.sent


async def test_a_time_out_before_the_request_has_left_says_that_nothing_was_sent(client: HttpxClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts and never speaks TLS
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(TimedOut) as caught:
            await client.send(HttpRequest("PUT", url, timeout=SOON))
    assert not caught.value.sent


@pytest.mark.parametrize("framing", list(Framing))
async def test_a_huge_answer_is_refused_however_it_is_framed(client: HttpxClient, framing: Framing) -> None:
    huge = Answer(body=b"x" * 100_000, repeat=100, framing=framing)
    async with HttpServer({"/": huge}) as server:
        with pytest.raises(AnswerTooLarge) as caught:
            await client.send(HttpRequest("GET", server.url(), max_bytes=4096))
    assert caught.value.sent


async def test_an_answer_of_exactly_the_limit_is_read(client: HttpxClient) -> None:
    async with HttpServer({"/": Answer(body=b"x" * 4096, framing=Framing.CHUNKED)}) as server:
        assert len((await client.send(HttpRequest("GET", server.url(), max_bytes=4096))).body) == 4096


async def test_gzip_is_unpacked(client: HttpxClient) -> None:
    answer = Answer(body=gzip.compress(BODY, mtime=0), headers=(("Content-Encoding", "gzip"),))
    async with HttpServer({"/": answer}) as server:
        assert (await client.send(HttpRequest("GET", server.url()))).body == BODY


async def test_a_gzip_bomb_is_refused_before_it_goes_off(client: HttpxClient) -> None:
    bomb = gzip.compress(b"\0" * 2_000_000, mtime=0)
    async with HttpServer({"/": Answer(body=bomb, headers=(("Content-Encoding", "gzip"),))}) as server:
        with pytest.raises(AnswerTooLarge):
            await client.send(HttpRequest("GET", server.url(), max_bytes=4096))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"no gzip at all"),
        ("gzip", gzip.compress(BODY, mtime=0)[:-6]),
        ("br", BODY),
        ("deflate", zlib.compress(BODY)),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_a_broken_connection(
    client: HttpxClient, encoding: str, body: bytes
) -> None:
    async with HttpServer({"/": Answer(body=body, headers=(("Content-Encoding", encoding),))}) as server:
        with pytest.raises(ConnectionLost) as caught:
            await client.send(HttpRequest("GET", server.url()))
    assert caught.value.sent


# --- faults of the wire ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.CUT_IN_BODY])
@pytest.mark.parametrize("framing", [Framing.LENGTH, Framing.CHUNKED])
async def test_a_cut_after_sending_says_that_the_request_may_have_arrived(
    client: HttpxClient, fault: Fault, framing: Framing
) -> None:
    async with HttpServer({"/": Answer(body=BODY, fault=fault, framing=framing)}) as server:
        with pytest.raises(ConnectionLost) as caught:
            await client.send(HttpRequest("PATCH", server.url(), body=b"x"))
    assert caught.value.sent


@pytest.mark.parametrize("raw", [b"SSH-2.0-server\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nBroken\r\n\r\n"])
async def test_what_is_not_http_is_a_broken_connection(client: HttpxClient, raw: bytes) -> None:
    async with HttpServer({"/": Answer(raw=raw)}) as server:
        with pytest.raises(ConnectionLost):
            await client.send(HttpRequest("GET", server.url()))


async def test_a_closed_port_is_named_as_such(client: HttpxClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectFailed, match="does not accept connections") as caught:
        await client.send(HttpRequest("POST", f"http://127.0.0.1:{port}/"))
    assert not caught.value.sent


def _raising(error: Exception, cause: Exception | None = None) -> httpx2.MockTransport:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        raise error from cause

    return httpx2.MockTransport(answer)


async def test_an_address_without_a_route_is_a_failed_connection() -> None:
    client = HttpxClient(_raising(httpx2.ConnectError("…"), OSError(errno.ENETUNREACH, "Network is unreachable")))
    with pytest.raises(ConnectFailed, match="no way to") as caught:
        await client.send(HttpRequest("POST", "https://api.example.org/"))
    assert not caught.value.sent


async def test_a_name_that_is_not_found_is_named_as_such() -> None:
    not_found = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    client = HttpxClient(_raising(httpx2.ConnectError("…"), not_found))
    with pytest.raises(ConnectFailed, match=r"The name ns\.example\.org was not found") as caught:
        await client.send(HttpRequest("GET", "https://ns.example.org/"))
    assert not caught.value.sent


@pytest.mark.parametrize(
    ("error", "expected", "sent"),
    [
        (httpx2.ConnectTimeout("…"), ConnectFailed, False),
        (httpx2.PoolTimeout("…"), ConnectFailed, False),
        (httpx2.ProxyError("407"), ConnectFailed, False),
        (httpx2.LocalProtocolError("…"), ConnectFailed, False),
        (httpx2.WriteTimeout("…"), TimedOut, True),
        (httpx2.ReadTimeout("…"), TimedOut, True),
        (TimeoutError(), TimedOut, True),
        (httpx2.WriteError("…"), ConnectionLost, True),
        (httpx2.ReadError("…"), ConnectionLost, True),
        (httpx2.CloseError("…"), ConnectionLost, True),
        (httpx2.DecodingError("…"), ConnectionLost, True),
        (RuntimeError("anything"), ConnectionLost, True),
    ],
)
async def test_nothing_but_transport_errors_comes_out(
    error: Exception, expected: type[TransportError], *, sent: bool
) -> None:
    client = HttpxClient(_raising(error))
    with pytest.raises(expected) as caught:
        await client.send(HttpRequest("GET", "https://api.example.org/"))
    assert caught.value.sent is sent
    assert caught.value.problem.hint is not None


@pytest.mark.parametrize(
    "url",
    ["", "/path", "ftp://example.org/", "http://", "https://[::1", "http://example.org:99999999/", "http://ex\nample/",
     "http://a..b/", f"http://{'a' * 70}.example/", "http://\udcff.example/"],
)  # fmt: skip
async def test_an_unusable_url_fails_before_anything_is_sent(client: HttpxClient, url: str) -> None:
    with pytest.raises(ConnectFailed) as caught:
        await client.send(HttpRequest("GET", url))
    assert not caught.value.sent


@pytest.mark.parametrize("headers", [{"X-Key": "a\nb"}, {"X-Key": "schlüssel"}, {"X Key": "a"}, {"X-Key": " a"}])
async def test_a_header_that_http_cannot_carry_is_refused_without_quoting_it(
    client: HttpxClient, headers: dict[str, str]
) -> None:
    async with HttpServer() as server:
        with pytest.raises(ConnectFailed, match="characters that HTTP cannot carry"):
            await client.send(HttpRequest("GET", server.url(), headers=headers))
    assert not server.requests


async def test_parameters_that_cannot_be_encoded_fail_before_anything_is_sent(client: HttpxClient) -> None:
    async with HttpServer() as server:
        with pytest.raises(ConnectFailed):
            await client.send(HttpRequest("GET", server.url(), params=(("key", "\udcff"),)))
    assert not server.requests


async def test_a_cancelled_request_stays_cancelled_and_the_client_goes_on(client: HttpxClient) -> None:
    async with HttpServer({"/stall": Answer(fault=Fault.STALL), "/": Answer(body=BODY)}) as server:
        task = asyncio.create_task(client.send(HttpRequest("GET", server.url("/stall"))))
        await server.received(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await client.send(HttpRequest("GET", server.url()))).body == BODY


# --- TLS ------------------------------------------------------------------------------------------------------------


async def test_an_own_certificate_authority_can_be_trusted(authority: CertificateAuthority) -> None:
    client = HttpxClient(ca_file=authority.ca_file)
    async with HttpServer({"/": Answer(body=BODY)}, tls=authority.server_context("127.0.0.1")) as server:
        assert (await client.send(HttpRequest("GET", server.url()))).body == BODY
        await client.aclose()


@pytest.mark.parametrize(
    ("name", "days", "trusted", "reason"),
    [
        ("127.0.0.1", 1, False, "issuer"),
        ("other.example", 1, True, "mismatch"),
        ("127.0.0.1", -1, True, "expired"),
    ],
)
async def test_a_certificate_that_proves_nothing_stops_everything(
    authority: CertificateAuthority, name: str, days: int, *, trusted: bool, reason: str
) -> None:
    client = HttpxClient(ca_file=authority.ca_file if trusted else None)
    async with HttpServer({"/": Answer(body=BODY)}, tls=authority.server_context(name, days=days)) as server:
        with pytest.raises(TlsFailed, match=reason) as caught:
            await client.send(HttpRequest("POST", server.url(), body=b"x"))
        await client.aclose()
    assert not caught.value.sent
    assert not server.requests


async def test_a_server_without_tls_is_not_asked_over_https(client: HttpxClient) -> None:
    async def complain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Speak HTTP\r\n\r\n")
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(complain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TransportError) as caught:
            await client.send(HttpRequest("POST", f"https://127.0.0.1:{port}/"))
    assert isinstance(caught.value, TlsFailed | ConnectFailed)
    assert not caught.value.sent


@pytest.mark.parametrize("content", [None, "not a certificate"])
async def test_a_missing_or_broken_authority_file_is_named(tmp_path: Path, content: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)
    with pytest.raises(TlsFailed, match="certificates"):
        await HttpxClient(ca_file=ca_file).send(HttpRequest("GET", "https://127.0.0.1/"))


# --- redirects ------------------------------------------------------------------------------------------------------


def _to(location: str, status: int = 302) -> Answer:
    return Answer(status, headers=(("Location", location),))


async def test_a_redirect_is_the_answer_unless_following_was_asked_for(client: HttpxClient) -> None:
    async with HttpServer({"/": _to("/there"), "/there": Answer(body=BODY)}) as server:
        assert (await client.send(HttpRequest("GET", server.url()))).status == 302
        followed = await client.send(HttpRequest("GET", server.url(), params=(("a", "1"),), follow_redirects=True))
    assert followed.body == BODY
    assert [(request.path, request.query) for request in server.requests] == [("/", ""), ("/", "a=1"), ("/there", "")]


async def test_a_write_is_never_redirected(client: HttpxClient) -> None:
    async with HttpServer({"/": _to("/there", 307)}) as server:
        response = await client.send(HttpRequest("POST", server.url(), body=b"x", follow_redirects=True))
    assert response.status == 307
    assert len(server.requests) == 1


async def test_redirects_in_a_circle_end(client: HttpxClient) -> None:
    async with HttpServer({"/": _to("/")}) as server:
        assert (await client.send(HttpRequest("GET", server.url(), follow_redirects=True))).status == 302
    assert len(server.requests) == 1 + MAX_REDIRECTS


@pytest.mark.parametrize("location", ["ftp://example.org/", "http://[::1", "javascript:alert(1)"])
async def test_a_redirect_to_what_is_not_http_is_not_followed(client: HttpxClient, location: str) -> None:
    async with HttpServer({"/": _to(location)}) as server:
        assert (await client.send(HttpRequest("GET", server.url(), follow_redirects=True))).status == 302


async def test_a_redirect_never_leads_from_https_to_http(authority: CertificateAuthority) -> None:
    client = HttpxClient(ca_file=authority.ca_file)
    async with (
        HttpServer({"/": Answer(body=BODY)}) as plain,
        HttpServer({"/": _to(plain.url())}, tls=authority.server_context("127.0.0.1")) as server,
    ):
        response = await client.send(HttpRequest("GET", server.url(), follow_redirects=True))
        await client.aclose()
    assert response.status == 302
    assert not plain.requests


async def test_secrets_in_headers_do_not_follow_a_redirect_to_another_host(client: HttpxClient) -> None:
    async with HttpServer({"/": Answer(body=BODY)}) as other, HttpServer({"/": _to(other.url())}) as server:
        headers = {"X-Api-Key": "hush", "Authorization": "Bearer hush", "Accept": "text/plain"}
        await client.send(HttpRequest("GET", server.url(), headers=headers, follow_redirects=True))
    assert other.requests[0].headers["accept"] == "text/plain"
    assert "hush" not in str(other.requests[0].headers)


# --- lines ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "address"), [(Family.IPV4, "127.0.0.1"), (Family.IPV6, "::1")])
async def test_a_forced_family_is_kept(client: HttpxClient, family: Family, address: str) -> None:
    async with HttpServer({"/": Answer(body=BODY)}, host=address) as server:
        response = await client.send(HttpRequest("GET", server.url(host=address), family=family))
    assert response.body == BODY
    assert server.requests[0].peer == address


@pytest.mark.parametrize(("family", "address"), [(Family.IPV4, "::1"), (Family.IPV6, "127.0.0.1")])
async def test_an_address_of_the_other_family_is_refused_in_words(
    client: HttpxClient, family: Family, address: str
) -> None:
    async with HttpServer({"/": Answer(body=BODY)}, host=address) as server:
        with pytest.raises(ConnectFailed, match=r"is not an IPv[46] address") as caught:
            await client.send(HttpRequest("GET", server.url(), family=family))
    assert not caught.value.sent
    assert not server.requests


async def test_a_host_name_is_asked_over_the_forced_family_only(client: HttpxClient) -> None:
    async with (
        HttpServer({"/": Answer(body=b"4")}) as four,
        HttpServer({"/": Answer(body=b"6")}, host="::1", port=four.port),
    ):
        response = await client.send(HttpRequest("GET", four.url(host="localhost"), family=Family.IPV4))
    assert response.body == b"4"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS gives loopback one address only")
async def test_a_local_address_is_where_the_request_comes_from(client: HttpxClient) -> None:
    async with HttpServer({"/": Answer()}) as server:
        await client.send(HttpRequest("GET", server.url(), local_address="127.0.0.5"))
    assert server.requests[0].peer == "127.0.0.5"


async def _nowhere(host: str, _family: Family) -> tuple[str, ...]:
    raise socket.gaierror(-2, host)


async def _here(_host: str, family: Family) -> tuple[str, ...]:
    return ("127.0.0.1",) if family is Family.IPV4 else ()


async def test_a_bound_request_finds_its_server_as_it_is_told(authority: CertificateAuthority) -> None:
    way = Binding(local_address=ip_address("127.0.0.1"))
    async with HttpServer({"/": Answer(body=BODY)}, tls=authority.server_context("dns.example")) as server:
        client = HttpxClient(ca_file=authority.ca_file, bind=_bind, lookup=_here)
        request = HttpRequest("GET", server.url(host="dns.example"), binding=way)
        assert (await client.send(request)).body == BODY
        await client.aclose()
        request = HttpRequest("GET", server.url(host="localhost"), binding=way)
        client = HttpxClient(bind=_bind)
        with pytest.raises(TlsFailed):  # it was found, and is not trusted
            await client.send(request)
        await client.aclose()
        client = HttpxClient(ca_file=authority.ca_file, bind=_bind, lookup=_nowhere)
        with pytest.raises(ConnectFailed):
            await client.send(request)
        await client.aclose()


def _bind(sock: socket.socket, binding: Binding, _family: Family) -> None:
    sock.bind((str(binding.local_address), 0))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS gives loopback one address only")
async def test_a_bound_request_leaves_by_its_way_and_proves_its_server(authority: CertificateAuthority) -> None:
    client = HttpxClient(ca_file=authority.ca_file, bind=_bind, lookup=_nowhere)
    way = Binding(local_address=ip_address("127.0.0.6"))
    async with HttpServer({"/": Answer(body=BODY)}, tls=authority.server_context("127.0.0.1")) as server:
        for _ in range(2):
            response = await client.send(HttpRequest("GET", server.url(), family=Family.IPV4, binding=way))
            assert response.body == BODY
        # Before the server ends: a TLS connection that is kept holds its end up for half a minute.
        await client.aclose()
    assert {each.peer for each in server.requests} == {"127.0.0.6"}


async def test_a_server_in_the_house_is_on_no_line() -> None:
    def gone(_sock: socket.socket, _binding: Binding, _family: Family) -> None:
        raise OSError(errno.ENODEV, "gone")

    async with HttpServer({"/": Answer(body=BODY)}) as server:
        client = HttpxClient(bind=gone, lookup=_here)
        for url in (server.url(), server.url(host="nas.example")):
            request = HttpRequest("GET", url, binding=Binding("eth9", spares_house=True))
            assert (await client.send(request)).body == BODY
        request = HttpRequest("GET", "http://8.8.4.4/", binding=Binding("eth9", spares_house=True))
        with pytest.raises(ConnectFailed):
            await client.send(request)
        await client.aclose()


async def test_a_bound_request_fails_where_its_way_is_gone_nobody_answers_or_nothing_binds() -> None:
    def gone(_sock: socket.socket, _binding: Binding, _family: Family) -> None:
        raise OSError(errno.ENODEV, "gone")

    way = Binding("eth9")
    async with HttpServer({"/": Answer(fault=Fault.STALL)}) as server:
        for bind in (gone, None):
            client = HttpxClient(bind=bind, lookup=_nowhere)
            with pytest.raises(ConnectFailed):
                await client.send(HttpRequest("GET", server.url(), binding=way))
            await client.aclose()
        assert server.requests == []
        client = HttpxClient(bind=lambda *_: None, lookup=_nowhere)
        with pytest.raises(TimedOut):
            await client.send(HttpRequest("GET", server.url(), binding=way, timeout=SOON))
        await client.aclose()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        client = HttpxClient(bind=lambda *_: None, lookup=_nowhere)
        with pytest.raises(ConnectFailed):
            await client.send(HttpRequest("GET", f"http://127.0.0.1:{closed.getsockname()[1]}/", binding=way))
        await client.aclose()


_THROUGH_A_PROXY = """
import asyncio, sys
from ddns_tray.core.ports import HttpRequest
from ddns_tray.http import HttpxClient

async def main():
    client = HttpxClient()
    for use_proxy in (True, False):
        await client.send(HttpRequest("GET", sys.argv[1], use_proxy=use_proxy))
    await client.aclose()

asyncio.run(main())
"""


async def test_the_persons_proxy_is_used_only_where_it_is_right(tmp_path: Path) -> None:
    async with HttpServer({"/": Answer()}) as target, HttpServer({target.url(): Answer()}) as proxy:
        environment = {**os.environ, "http_proxy": proxy.url(), "no_proxy": "", "NO_PROXY": "", "HOME": str(tmp_path)}
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _THROUGH_A_PROXY, target.url(), env=environment
        )
        assert await program.wait() == 0
    assert [request.path for request in proxy.requests] == [target.url()]
    assert [request.path for request in target.requests] == ["/"]


# --- secrets, weight ------------------------------------------------------------------------------------------------

SECRET = "hush-hush-7731"  # marked, so that a leak can be searched for


@pytest.mark.parametrize(
    "url",
    [
        *(lambda server, path=path: server.url(f"/{path}/{SECRET}") for path in ("ok", "cut", "stall", "raw", "huge")),
        lambda _server: f"http://user:{SECRET}@127.0.0.1:{SECRET}/",
        lambda _server: f"http://127.0.0.1:1/{SECRET}",
        lambda server: server.url("/").replace("http:", "https:") + SECRET,
    ],
)
@pytest.mark.parametrize("header", [SECRET, f"{SECRET}\n"])
async def test_secrets_show_neither_in_errors_nor_in_logs(
    client: HttpxClient,
    url: Callable[[HttpServer], str],
    header: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    script = {
        f"/ok/{SECRET}": Answer(body=BODY),
        f"/cut/{SECRET}": Answer(fault=Fault.CUT),
        f"/stall/{SECRET}": Answer(fault=Fault.STALL),
        f"/raw/{SECRET}": Answer(raw=b"nonsense\r\n\r\n"),
        f"/huge/{SECRET}": Answer(body=b"x" * 9999),
    }
    shown = ""
    with caplog.at_level(logging.DEBUG):
        async with HttpServer(dict(script)) as server:
            request = HttpRequest(
                "POST", url(server), headers={"Authorization": header}, params=(("token", SECRET),),
                body=SECRET.encode(), timeout=SOON, max_bytes=4096,
            )  # fmt: skip
            try:
                shown = repr(await client.send(request))
            except TransportError as exc:
                shown = f"{exc!r} {exc.problem!r} {''.join(traceback.format_exception(exc))}"
    source_lines_may_name_it = shown.replace("SECRET", "")
    assert SECRET not in source_lines_may_name_it
    assert SECRET not in caplog.text


def test_importing_the_client_does_not_load_the_library() -> None:
    code = "import sys, ddns_tray.http; sys.exit('httpx2' in sys.modules or 'httpcore2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_an_answer_may_depend_on_the_request(client: HttpxClient) -> None:
    def echo(received: Received) -> Answer:
        return Answer(body=received.method.encode())

    async with HttpServer({"/": echo}) as server:
        assert (await client.send(HttpRequest("DELETE", server.url()))).text() == "DELETE"


# --- the parts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forced",
    [
        {"family": Family.IPV4},
        {"local_address": "192.0.2.2"},
        {"address": "192.0.2.53"},
        {"binding": Binding("eth0")},
    ],
)
def test_what_no_proxy_could_keep_goes_out_directly(forced: dict[str, Any]) -> None:
    free = HttpRequest("GET", "https://dns.example/", use_proxy=True)
    assert line_of(free).use_proxy
    assert not line_of(replace(free, **forced)).use_proxy


@pytest.mark.parametrize("own", [{"address": "192.0.2.53"}, {"ca_file": "/etc/own.pem"}])
def test_an_address_or_an_authority_of_ones_own_is_for_this_server_alone(own: dict[str, Any]) -> None:
    request = HttpRequest("GET", "https://dns.example/a", follow_redirects=True)
    here, there = (HttpResponse(302, {"location": f"https://{host}/b"}, b"") for host in ("dns.example", "b.example"))
    for response in (here, there):
        assert redirected(request, response) is not None
    assert redirected(replace(request, **own), here) is not None
    assert redirected(replace(request, **own), there) is None


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_what_unpacks_to_more_than_is_wanted_is_not_unpacked() -> None:
    request = HttpRequest("GET", "https://a.example/", max_bytes=4096)
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLarge):
            await read_body(_pieces(bomb), "gzip", request)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


async def test_what_comes_behind_a_packed_answer_is_counted_too() -> None:
    request = HttpRequest("GET", "https://a.example/", max_bytes=4096)
    packed = gzip.compress(b"203.0.113.7")
    assert await read_body(_pieces(packed), "gzip", request) == b"203.0.113.7"
    with pytest.raises(AnswerTooLarge):
        await read_body(_pieces(packed, *[bytes(1000)] * 5), "gzip", request)


def test_two_names_at_one_address_share_no_connection() -> None:
    one, two = (HttpRequest("GET", f"https://{host}.example/", address="192.0.2.53") for host in ("one", "two"))
    assert line_of(one) != line_of(two), "the connection has proven one of the two names"
    assert line_of(one) == line_of(replace(one, url="https://one.example/elsewhere"))
    assert line_of(replace(one, address=None)) == line_of(replace(two, address=None))
