"""The UPnP Internet Gateway Device: its description, and its word for the outside address (WANIPConnection:1 §2.4.18).

All that a description names has to lie on the router that gave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ddns_tray.core.errors import DdnsTrayError, DetectorError, ProblemCode
from ddns_tray.core.model import ANY_WAY, Family
from ddns_tray.core.ports import HttpRequest
from ddns_tray.core.text import text
from ddns_tray.detectors.natpmp import no_outside_address
from ddns_tray.detectors.parsing import strict_address
from ddns_tray.detectors.ssdp import lies_on
from ddns_tray.detectors.strange_xml import MAX_DOCUMENT, read_xml

if TYPE_CHECKING:
    from ddns_tray.core.model import Binding, IPAddress
    from ddns_tray.core.ports import HttpClient, HttpResponse
    from ddns_tray.detectors.strange_xml import Element

CONNECTION_TYPES = tuple(
    f"urn:schemas-upnp-org:service:{service}"
    for service in ("WANIPConnection:2", "WANIPConnection:1", "WANPPPConnection:1")
)
_MOST_SERVICES = 8
_OK = 200
_ACTION = "GetExternalIPAddress"
_ENVELOPE = (
    '<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
    '<u:{action} xmlns:u="{service}"/></s:Body></s:Envelope>\r\n'
)
_NOTHING = frozenset({"", "0.0.0.0"})  # noqa: S104 - how routers say that they have no address


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection service of a router: where to ask it, and where to subscribe to its events."""

    type: str
    control_url: str
    event_url: str


async def read_description(
    http: HttpClient, location: str, seconds: float, binding: Binding = ANY_WAY
) -> tuple[Connection, ...]:
    """Return the connections that a description names. Raises `DdnsTrayError` if there is none."""
    response = await http.send(
        HttpRequest(
            "GET",
            location,
            timeout=seconds,
            max_bytes=MAX_DOCUMENT,
            family=Family.IPV4,
            binding=binding,
            use_proxy=False,
        )
    )
    found = connections(read_xml(response.body), location) if response.status == _OK else ()
    if not found:
        raise DetectorError(
            text("The router does not offer to tell its outside address over UPnP."),
            text("Turn on UPnP in the router's settings, or leave this source out."),
        )
    return found


def connections(root: Element, location: str) -> tuple[Connection, ...]:
    """Return the connection services of a description, in its order; the newest version of one comes first."""
    base = root.value("URLBase") or location
    host = urlsplit(location).hostname or ""
    found = []
    for service in root.descendants("service"):
        kind = service.value("serviceType")
        control = _joined(base, service.value("controlURL"))
        event = _joined(base, service.value("eventSubURL"))
        if kind in CONNECTION_TYPES and lies_on(control, host):
            found.append(Connection(kind, control, event if lies_on(event, host) else ""))
    return tuple(found[:_MOST_SERVICES])


def _joined(base: str, relative: str) -> str:
    try:
        return urljoin(base, relative) if relative else ""
    except ValueError:
        return ""


async def outside_address(
    http: HttpClient, connection: Connection, seconds: float, binding: Binding = ANY_WAY
) -> IPAddress:
    """Ask one connection. Raises `DdnsTrayError`."""
    response = await http.send(
        HttpRequest(
            "POST",
            connection.control_url,
            headers={
                "content-type": 'text/xml; charset="utf-8"',
                "soapaction": f'"{connection.type}#{_ACTION}"',
                "connection": "close",
            },
            body=_ENVELOPE.format(action=_ACTION, service=connection.type).encode("ascii"),
            timeout=seconds,
            max_bytes=MAX_DOCUMENT,
            family=Family.IPV4,
            binding=binding,
            use_proxy=False,
        )
    )
    return told_address(response)


def told_address(response: HttpResponse) -> IPAddress:
    """Return the address in the answer to the action. Raises `DetectorError` for none, or a refusal."""
    if response.status != _OK:
        raise DetectorError(
            text("The router could not tell its outside address (code {code}).", code=_code(response)),
            text("Nothing needs doing if this passes; otherwise restart the router."),
        )
    told = [each.text.strip() for each in read_xml(response.body).descendants("NewExternalIPAddress")]
    if len(told) != 1:
        raise DetectorError(
            text("The source did not answer with one address and nothing else."),
            text("Nothing needs doing if this passes; otherwise update the router's software."),
            code=ProblemCode.NOT_AN_ADDRESS,
        )
    if told[0] in _NOTHING:
        raise no_outside_address()
    return strict_address(told[0], Family.IPV4)


def _code(response: HttpResponse) -> str:
    """Return the router's own error code, or the status."""
    try:
        codes = [each.text.strip() for each in read_xml(response.body).descendants("errorCode")]
    except DdnsTrayError:
        codes = []
    return codes[0] if codes and codes[0].isdigit() else str(response.status)
