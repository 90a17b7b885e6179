"""Services that name an action instead of a path: `DescribeDomains`, `Record.Modify`.

They are described like all others (`rest_family_service`); there a path is then a slash and the action's name. This
module puts actions on the wire: `Manner` says where action and members go. Zones and records of a line (an ISP, a
region) that is not the account's are passed over, as are records that are switched off: nobody handed them to us.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordNotFound,
    RequestRejected,
    ZoneNotFound,
)
from ddns_tray.core.ports import HttpRequest
from ddns_tray.providers.rest import MAX_BYTES, TIMEOUT, Dialect, Fault, HttpService
from ddns_tray.providers.rest_family import RestRecords
from ddns_tray.providers.rest_family_pages import at, scalar
from ddns_tray.providers.rest_family_service import fault_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ddns_tray.core.ports import HttpResponse, Provider
    from ddns_tray.providers.auth import Auth
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.rest_family_service import RestService
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.zoned import Zone

OTHER = "other"
"""Stands for the codes that a service gives with status 200 and that `known` does not find."""

USUAL_TTL = 600
"""Seconds: what the free plans of these services allow at least, and what their consoles offer first."""

FORM = "application/x-www-form-urlencoded"

Members = dict[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call on its way to become a request. `writes` says whether it can change anything."""

    base_url: str
    method: str
    action: str
    members: Members
    writes: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How a service wants its actions: `build` makes the request, without credentials.

    `encoding` is for services that answer in another one than UTF-8; UTF-8 is understood all the same.
    """

    build: Callable[[Asked], HttpRequest]
    encoding: str = "utf-8"


NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def _request(
    method: str, url: str, headers: Mapping[str, str], *, params: Sequence[tuple[str, str]] = (), body: bytes = b""
) -> HttpRequest:
    return HttpRequest(
        method,
        url,
        headers={"Accept": "application/json", **headers},
        params=tuple(params),
        body=body,
        timeout=TIMEOUT,
        max_bytes=MAX_BYTES,
    )


def in_query(
    members: Members, base_url: str, headers: Mapping[str, str] = NO_HEADERS, *, method: str = "POST"
) -> HttpRequest:
    """Put the members into the query."""
    params = [(name, str(value)) for name, value in members.items()]
    return _request(method, f"{base_url}/", headers, params=params)


def in_json(
    members: Members,
    base_url: str,
    headers: Mapping[str, str] = NO_HEADERS,
    *,
    params: Sequence[tuple[str, str]] = (),
) -> HttpRequest:
    """Put the members into a body of JSON."""
    typed = {"Content-Type": "application/json", **headers}
    return _request("POST", f"{base_url}/", typed, params=params, body=json.dumps(members).encode())


def in_form(
    members: Members, url: str, headers: Mapping[str, str] = NO_HEADERS, *, encoding: str = "utf-8"
) -> HttpRequest:
    """Put the members into a form."""
    fields = [(name, str(value)) for name, value in members.items()]
    return _request(
        "POST", url, {"Content-Type": FORM, **headers}, body=urlencode(fields, encoding=encoding).encode("ascii")
    )


class ActionService(HttpService):
    """The wire to a service of this kind."""

    def __init__(
        self, manner: Manner, opening: Opening, dialect: Dialect, auth: Auth, *, secrets: Iterable[str]
    ) -> None:
        base_url = opening.base_url()
        super().__init__(
            dialect=dialect,
            base_url=base_url,
            auth=auth,
            secrets=secrets,
            http=opening.http,
            clock=opening.clock,
            own_address=opening.own_address(),
        )
        self._manner = manner

    async def call(
        self,
        method: str,
        where: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        body: object = None,
        headers: Mapping[str, str] | None = None,
        missing: Refusal = RecordNotFound,
        writes: bool | None = None,
    ) -> Json:
        """Send one action with its members, wherever the description has put them."""
        may_write = bool(writes)
        members: Members = {**dict(params), **(body if isinstance(body, dict) else {})}
        asked = Asked(self._base_url, method, where.removeprefix("/"), members, may_write)
        built = self._manner.build(asked)
        request = replace(built, headers={**built.headers, **headers}) if headers else built
        response = await self.send(request, writes=may_write)
        return self._checked(_in_utf8(response, self._manner.encoding), missing=missing, writes=may_write)


def _in_utf8(response: HttpResponse, encoding: str) -> HttpResponse:
    try:
        response.body.decode()
    except UnicodeDecodeError:
        return replace(response, body=response.body.decode(encoding, "replace").encode())
    return response


class ActionRecords(RestRecords):
    """Single records at such a service. `new_ttl` is for records that nobody asked a TTL for."""

    def __init__(
        self, opening: Opening, service: HttpService, declared: RestService, *, new_ttl: int = USUAL_TTL
    ) -> None:
        super().__init__(opening, service, declared)
        self._new_ttl = new_ttl

    def _default_ttl(self, zone: Zone) -> int:
        del zone
        return self._new_ttl


@dataclass(frozen=True, slots=True)
class Account:
    """What opening an account of these services takes besides its description."""

    manner: Manner
    auth: Auth
    also_secret: tuple[str, ...] = field(default=(), repr=False)


def action_service(opening: Opening, declared: RestService, account: Account) -> ActionService:
    """Make the wire."""
    return ActionService(
        account.manner,
        opening,
        Dialect(opening.spec.title, fault=declared.fault or fault_at(), codes=declared.codes),
        account.auth,
        secrets=(*(secret.reveal() for secret in opening.secrets.values()), *account.also_secret),
    )


def open_actions(opening: Opening, declared: RestService, account: Account, *, new_ttl: int = USUAL_TTL) -> Provider:
    """Open an account at a service that needs nothing but its description."""
    return ActionRecords(opening, action_service(opening, declared, account), declared, new_ttl=new_ttl)


def elements(place: str) -> Callable[[Json], Iterable[Json]]:
    """Read a list that the service may write as null where it is empty; a missing one is still a misfit."""
    above, _, name = place.rpartition(".")

    def read(answer: Json) -> Iterable[Json]:
        holder = at(answer, above)
        if isinstance(holder.value, dict) and name in holder.value and holder.value[name] is None:
            return ()
        return holder[name].items()

    return read


def as_number(handle: str) -> int | str:
    """Write a handle as the number that it is; one that is none goes as it came, and is refused by the service."""
    return int(handle) if handle.isascii() and handle.isdecimal() else handle


def known(codes: Mapping[str, Refusal], status: int, code: str, message: str) -> Fault:
    """Make a fault of a code such as `AuthFailure.SignatureExpire`, or of the part of it that is known."""
    found = code
    while found and found not in codes:
        found = found.rpartition(".")[0]
    return Fault(found or _other(status), message)


def numbered(
    codes: Mapping[str, Refusal], *, code: str = "code", message: str = "message", good: str = "200"
) -> Callable[[int, Json], Fault | None]:
    """Read errors of services whose every answer has a number, one of which means that all is well."""

    def fault(status: int, body: Json) -> Fault | None:
        number = scalar(at(body, code))
        if number == good:
            return None
        return known(codes, status, number, at(body, message).string())

    return fault


BY_WORDS: Mapping[str, Refusal] = MappingProxyType(
    {
        "clock": ClockSkewed,
        "login": AuthenticationFailed,
        "zone": ZoneNotFound,
        "often": RateLimited,
        "right": PermissionDenied,
    }
)
"""The kinds that can be told by words."""


def kind_by_words(words: Iterable[tuple[str, Iterable[str]]], status: int, message: str) -> str:
    """Tell the kind of an error by its words, where a service has too few codes; the first pair that fits wins."""
    said = message.lower()
    return next((kind for kind, signs in words if any(sign in said for sign in signs)), _other(status))


def _other(status: int) -> str:
    return OTHER if status < HTTPStatus.BAD_REQUEST else ""


LIKE_HTTP: Mapping[str, Refusal] = MappingProxyType(
    {
        "401": AuthenticationFailed,
        "403": PermissionDenied,
        "429": RateLimited,
        "500": ProviderUnavailable,
        "502": ProviderUnavailable,
        "503": ProviderUnavailable,
    }
)
"""The numbers of services that use those of HTTP in answers of status 200."""


def with_other(codes: Mapping[str, Refusal]) -> Mapping[str, Refusal]:
    """Let a refusal of an unknown kind be a refusal."""
    return MappingProxyType({OTHER: RequestRejected, **codes})


def new_nonce() -> str:
    """Make a word that no request had before."""
    from secrets import token_hex  # noqa: PLC0415 - not needed until a request is signed

    return token_hex(16)
