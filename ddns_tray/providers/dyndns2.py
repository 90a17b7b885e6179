"""The protocol of DynDNS.org and its relatives: one request that says a host name and an address.

Sources, read on 2026-11-22: "Remote Access API", "Perform Update", "Return Codes" and "Policies" at help.dyn.com. The
relatives differ in parameters and words; what differs is a row of `providers.dyndns_table`, and an address that the
person writes out (`providers.custom`) is a row as well. The family has no way to look and none to delete. Its services
block clients that repeat themselves, so what has been written is remembered by whoever calls, and the answers that ask
for a pause or for a person are obeyed to the letter.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from ddns_tray import __version__
from ddns_tray.core.addresses import parsed
from ddns_tray.core.errors import ConfigError, RequestRejected, SecretMissing, UsageError, ZoneNotFound
from ddns_tray.core.model import AccountReport, RecordType
from ddns_tray.core.names import canonical_name, is_in_zone
from ddns_tray.core.ports import HttpRequest, Secret
from ddns_tray.core.text import text
from ddns_tray.providers.auth import basic_word
from ddns_tray.providers.dyndns_answers import Judge
from ddns_tray.providers.dyndns_table import ROWS
from ddns_tray.providers.dyndns_table.common import DYNDNS2
from ddns_tray.providers.dyndns_table.row import Auth, Row
from ddns_tray.providers.rest import TIMEOUT, Dialect, HttpService

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ddns_tray.core.model import Capabilities, Change, ExistingSet, RecordKey
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.dyndns_table.row import Params
    from ddns_tray.providers.entry import Opening

MAX_ANSWER = 10_000
FORM = "application/x-www-form-urlencoded"
USER_AGENT = f"DDNS Tray - Desktop - {__version__}"
"""In the form that the services ask for: company, device, version."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class HiddenUrl(str):
    """An address whose path holds a secret: it shows its host alone."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"HiddenUrl({urlsplit(self).hostname})"


def open_account(opening: Opening) -> Provider:
    """Open an account at a service of the table, or at a server that the settings name."""
    return Dyndns2(opening, ROWS.get(opening.spec.id) or _any_server(opening), opening.base_url())


def _any_server(opening: Opening) -> Row:
    """The row of a server that speaks the protocol as DynDNS.org did."""
    return Row(
        "dyndns2",
        "",
        server="",
        path="/" + opening.option("path").lstrip("/"),
        aaaa=((opening.option("ipv6_parameter"), "{ip}"),),
        wildcard=True,
        answers=DYNDNS2,
    )


class Dyndns2:
    """A `core.ports.Provider` that can write and nothing else."""

    def __init__(self, opening: Opening, row: Row, server: str) -> None:
        self._opening = opening
        self._row = row
        self._judge = Judge(row.answers)
        self._title = row.title or _host(server)
        self._servers = {
            RecordType.A: server,
            RecordType.AAAA: row.server_aaaa if row.server_aaaa and server == row.server else server,
        }
        self._only_name = _only_name(opening) if row.bound else ""
        self._services: dict[str, HttpService] = {}
        self._told: dict[str, dict[RecordType, str]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What this service can do."""
        return self._opening.spec.capabilities

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return sum(service.calls for service in self._services.values())

    async def zones(self) -> tuple[str, ...]:
        """The protocol cannot list zones."""
        return ()

    async def records(self, zone: str) -> tuple[ExistingSet, ...]:
        """The protocol cannot list records."""
        del zone
        return ()

    async def read(self, key: RecordKey) -> ExistingSet | None:
        """The protocol cannot read."""
        del key
        return None

    async def test(self) -> AccountReport:
        """Send nothing: an update without a change counts as abuse, and there is no other request."""
        remarks = [text("This service can only be tried by writing. The first update will show if the account works.")]
        server = urlsplit(self._servers[RecordType.A])
        if server.scheme == "http" and server.hostname not in _LOOPBACK:
            remarks.append(
                text(
                    "{service} is reached without encryption: whoever is on the way can read the credentials.",
                    service=self._title,
                )
            )
        if self._row.note is not None:
            remarks.append(self._row.note)
        return AccountReport((), tuple(remarks), tried=False)

    async def aclose(self) -> None:
        """Nothing is held: the HTTP client belongs to whoever gave it."""

    async def apply(self, change: Change) -> None:
        """Send the one address of the change."""
        address = self._checked(change)
        key = change.key
        values = self._values(key, address, change.ttl)
        service = self._service(_filled(self._row.user, values) if self._row.auth is Auth.BASIC else "")
        response = await service.send(self._request(key, values), writes=True)
        self._judge.judge(response, address, service)
        self._told.setdefault(key.name, {})[key.type] = address

    # what is sent

    def _request(self, key: RecordKey, values: Mapping[str, str]) -> HttpRequest:
        row, is_aaaa = self._row, key.type is RecordType.AAAA
        where = (is_aaaa and row.path_aaaa) or row.path
        params: Params = tuple(
            (name, _filled(value, values)) for name, value in (*row.params, *((is_aaaa and row.aaaa) or row.a))
        )
        headers = {"User-Agent": self._agent(values)}
        if row.auth is not Auth.INSIDE:
            headers["Authorization"] = self._authorization(values)
        body = b""
        if row.form:
            headers["Content-Type"] = FORM
            body, params = urlencode(params).encode(), ()
        elif row.body:
            headers["Content-Type"], body = _filled_body(row.body, values)
        return HttpRequest(
            row.method,
            HiddenUrl(self._servers[key.type] + _filled(where, values, _quoted)),
            headers=headers,
            params=params,
            body=body,
            timeout=TIMEOUT,
            max_bytes=MAX_ANSWER,
            family=key.type.family if row.from_connection else None,
            use_proxy=not row.from_connection,
        )

    def _agent(self, values: Mapping[str, str]) -> str:
        """How we name ourselves; what no header can hold is not said."""
        told = _filled(self._row.agent, values)
        return told if told.isascii() and told.isprintable() and told else USER_AGENT

    def _authorization(self, values: Mapping[str, str]) -> str:
        own = self._row.proof_aaaa if values["type"] == RecordType.AAAA else ""
        password = _filled(own or self._row.proof, values)
        if self._row.auth is Auth.BEARER:
            return f"Bearer {password}"
        return f"Basic {basic_word(_filled(self._row.user, values), Secret(password))}"

    def _values(self, key: RecordKey, address: str, ttl: int | None) -> dict[str, str]:
        """What the placeholders stand for. Secrets are among it, so this is never shown."""
        row, opening = self._row, self._opening
        values = {**opening.options, **{name: secret.reveal() for name, secret in opening.secrets.items()}}
        told = self._told.get(key.name, {}) | {key.type: address}
        both = bool(row.other) and len(told) == len(RecordType)
        values |= {
            "name": key.name,
            "domain": key.name,
            "type": str(key.type),
            "ttl": "" if ttl is None else str(ttl),
            "ip": row.other.format(a=told[RecordType.A], aaaa=told[RecordType.AAAA]) if both else address,
        }
        zone = row.zone or self._zone()
        if zone:
            values |= {"zone": zone, "host": self._host_part(key.name, zone), "apex": str(key.name == zone).lower()}
        return values

    def _service(self, user: str) -> HttpService:
        """The wire, with all that has to be kept out of messages; the word of the Basic scheme depends on the user."""
        if user not in self._services:
            secrets = tuple(self._opening.secrets.values())
            self._services[user] = HttpService(
                dialect=Dialect(self._title),
                base_url="",
                auth=_signed_already,
                secrets=(*(each.reveal() for each in secrets), *(basic_word(user, each) for each in secrets)),
                http=self._opening.http,
                clock=self._opening.clock,
                own_address=self._opening.own_address(),
            )
        return self._services[user]

    # what is refused without a request

    def _checked(self, change: Change) -> str:
        """Return the one address to send, after making sure that the service can take it for this name."""
        key = change.key
        if len(change.after) != 1:
            raise self._only_one(change)
        address = parsed(change.after[0])
        if address is None or address.version != key.type.family.version:
            raise RequestRejected(
                text("{address} is no address for a record of type {type}.", address=change.after[0], type=key.type),
                text("Check the record in the settings."),
            )
        if key.type is RecordType.AAAA and self._row.aaaa is None:
            raise RequestRejected(
                text("{service} keeps no IPv6 addresses, or none without touching the IPv4 one.", service=self._title),
                text("Remove the type AAAA from the record in the settings."),
            )
        try:
            known = canonical_name(key.name) == key.name and (self._row.wildcard or not key.name.startswith("*"))
        except UsageError:
            known = False
        if not known:
            raise RequestRejected(
                text("{service} cannot keep the name {name}.", service=self._title, name=key.name),
                text("Use a name without a star and without other signs."),
            )
        if self._only_name and key.name != self._only_name:
            raise RequestRejected(
                text(
                    "This account at {service} is for {own} alone, not for {name}.",
                    service=self._title,
                    own=self._only_name,
                    name=key.name,
                ),
                text("Make another account for the other name: what opens this one stands for a single name."),
            )
        return str(address)

    def _only_one(self, change: Change) -> RequestRejected:
        if change.after:
            return RequestRejected(
                text(
                    "{service} keeps one address for {name}, not {count}.",
                    service=self._title,
                    name=change.key.name,
                    count=len(change.after),
                ),
                text("Give the record one address in the settings."),
            )
        return RequestRejected(
            text("{service} cannot remove the address of {name}.", service=self._title, name=change.key.name),
            text("Remove it in the control panel of the service."),
        )

    def _zone(self) -> str:
        return _canonical_option(self._opening, "zone") if self._opening.option("zone") else ""

    def _host_part(self, name: str, zone: str) -> str:
        """Return the name within its zone, "@" for the zone itself."""
        if not is_in_zone(name, zone):
            raise ZoneNotFound(
                text("No zone of this account at {service} holds {name}.", service=self._title, name=name),
                text("Check the name, and the domain in the settings of the account."),
            )
        return name.removesuffix(zone).removesuffix(".") or "@"


def _only_name(opening: Opening) -> str:
    return _canonical_option(opening, "name")


def _canonical_option(opening: Opening, option: str) -> str:
    try:
        return canonical_name(opening.option(option))
    except UsageError as exc:
        raise ConfigError(exc.problem.title, exc.problem.hint) from exc


def _filled(template: str, values: Mapping[str, str], encode: Callable[[str], str] = str) -> str:
    """Put values in the place of placeholders; a field of the account that is empty is missed by its name."""

    def value_of(found: re.Match[str]) -> str:
        value = values.get(found[1])
        if value is None:
            raise SecretMissing(
                text("The account has no {field} yet.", field=found[1]),
                text("Enter it in the settings, or with ddns-tray secret set."),
            )
        return encode(value)

    return _PLACEHOLDER.sub(value_of, template)


def _filled_body(template: str, values: Mapping[str, str]) -> tuple[str, bytes]:
    """Return the content type and the body; JSON where the template looks like it, else a form."""
    is_json = template.lstrip()[:1] in {"{", "["}

    def value_of(found: re.Match[str]) -> str:
        value = values.get(found[1])
        if value is None:
            return found[0]
        return json.dumps(value)[1:-1] if is_json else quote(value, safe="")

    return ("application/json" if is_json else FORM), _PLACEHOLDER.sub(value_of, template).encode()


def _quoted(value: str) -> str:
    return quote(value, safe="")


def _signed_already(request: HttpRequest, _now: float) -> HttpRequest:
    return request


def _host(base_url: str) -> str:
    return base_url.split("://", 1)[1].split("/", 1)[0]
