"""DynDNS2 against a real server of it: the software of nsupdate.info, which writes to a real BIND."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

import dns.message
import dns.query
import pytest

from ddns_tray.core.errors import AuthenticationFailed, ProviderError, TransportError
from ddns_tray.core.model import Change, RecordKey, RecordType
from ddns_tray.core.ports import HttpRequest, Secret
from ddns_tray.http import HttpxClient
from ddns_tray.providers.registry import open_account
from tests.support import nsupdate_site
from tests.support.clock import FakeClock
from tests.support.dns_servers import _running, _zone_text, free_port, missing_program
from tests.support.index_servers import interpreter, serving
from tests.support.nsupdate_site import HOST, PASSWORD, ZONE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ddns_tray.core.ports import Provider

NAME = f"{HOST}.{ZONE}"

LACKING = missing_program("named")
pytestmark = [
    pytest.mark.skipif(LACKING is not None, reason=LACKING or ""),
    pytest.mark.xdist_group("nsupdate"),
]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    python, folder = interpreter("nsupdate"), tmp_path_factory.mktemp("nsupdate")
    http_port, dns_port = free_port(), free_port()
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    (folder / "zone").write_text(_zone_text(ZONE))
    (folder / "sub").write_text(_zone_text(f"sub.{ZONE}"))
    (folder / "named.conf").write_text(
        f'key "{ZONE}" {{ algorithm hmac-sha256; secret "{secret}"; }};\n'
        f'options {{ directory "{folder}"; listen-on port {dns_port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};'
        f' pid-file none; session-keyfile "{folder}/session.key"; lock-file none; recursion no; notify no;'
        " dnssec-validation no; };\ncontrols { };\n"
        f'zone "{ZONE}" {{ type primary; file "zone"; update-policy {{ grant "{ZONE}" zonesub ANY; }}; }};\n'
        f'zone "sub.{ZONE}" {{ type primary; file "sub"; }};\n'
    )
    command = [str(each) for each in (python, "-P", nsupdate_site.__file__, folder, http_port, dns_port, secret)]
    with (
        _running(("named", "-g", "-n", "1", "-c", str(folder / "named.conf")), folder, dns_port),
        serving(command, tmp_path_factory.mktemp("site"), http_port),
    ):
        yield http_port, dns_port


@pytest.fixture
async def http() -> AsyncIterator[HttpxClient]:
    client = HttpxClient()
    yield client
    await client.aclose()


def opened(
    ports: tuple[int, int], http: HttpxClient, *, service: str = "dyndns2", password: str = PASSWORD
) -> Provider:
    options = {"base_url": f"http://127.0.0.1:{ports[0]}", "username": NAME}
    if service == "nsupdate_info":
        options = {"base_url": options["base_url"], "name": NAME}
    return open_account(service, options, {"password": Secret(password)}, http=http, clock=FakeClock())


def shown(port: int, kind: RecordType) -> set[str]:
    """What the name server serves."""
    answer = dns.query.udp(dns.message.make_query(NAME, str(kind)), "127.0.0.1", port=port, timeout=5)
    return {record.address for rrset in answer.answer for record in rrset}


def change(address: str, kind: RecordType = RecordType.A) -> Change:
    return Change(RecordKey(NAME, kind), None, (address,), create=(address,))


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [(RecordType.A, "203.0.113.7", "203.0.113.8"), (RecordType.AAAA, "2001:db8::7", "2001:db8::8")],
)
async def test_an_address_is_written_and_served(
    ports: tuple[int, int], http: HttpxClient, kind: RecordType, first: str, second: str
) -> None:
    provider = opened(ports, http)
    for address in (first, second):
        await provider.apply(change(address, kind))
        assert shown(ports[1], kind) == {address}
    await provider.apply(change(second, kind))
    assert shown(ports[1], kind) == {second}, "nochg is fine"


async def test_a_wrong_password_stops_and_asks(ports: tuple[int, int], http: HttpxClient) -> None:
    with pytest.raises(AuthenticationFailed):
        await opened(ports, http, password="wrong").apply(change("203.0.113.9"))


async def test_another_name_is_refused(ports: tuple[int, int], http: HttpxClient) -> None:
    other = Change(RecordKey(f"other.{ZONE}", RecordType.A), None, ("203.0.113.9",), create=("203.0.113.9",))
    with pytest.raises(ProviderError) as caught:
        await opened(ports, http).apply(other)
    assert caught.value.problem.hint is not None


async def test_the_site_itself_is_no_good_answer(ports: tuple[int, int], http: HttpxClient) -> None:
    options = {"base_url": f"http://127.0.0.1:{ports[0]}", "username": NAME, "path": "/"}
    provider = open_account("dyndns2", options, {"password": Secret(PASSWORD)}, http=http, clock=FakeClock())
    with pytest.raises((ProviderError, TransportError)):
        await provider.apply(change("203.0.113.10"))
    assert (await http.send(HttpRequest("GET", f"http://127.0.0.1:{ports[0]}/myip"))).text() == "127.0.0.1"
