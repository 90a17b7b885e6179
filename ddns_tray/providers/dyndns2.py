"""The protocol of DynDNS.org that many services speak: one GET that says a host name and an address.

Sources, read on 2026-11-22: "Remote Access API", "Perform Update" and "Return Codes" at help.dyn.com. The protocol has
no way to look and none to delete. Its services block clients that repeat themselves, so what has been written is
remembered by whoever calls, and the codes that ask for a pause or for a person are obeyed to the letter.

`Manner` is what differs from service to service; a table of services is a table of manners.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray import __version__
from ddns_tray.core.addresses import canonical_address
from ddns_tray.core.errors import (
    AbuseBlocked,
    AuthenticationFailed,
    PermissionDenied,
    ProviderError,
    ProviderUnavailable,
    RecordNotFound,
    RequestRejected,
    UnexpectedAnswer,
)
from ddns_tray.core.model import AccountReport, RecordType
from ddns_tray.core.ports import HttpRequest
from ddns_tray.core.text import text
from ddns_tray.providers.auth import basic, basic_word
from ddns_tray.providers.refusals import Refusal, kind_of_status
from ddns_tray.providers.rest import TIMEOUT, Dialect, HttpService, kind_of_page, looks_like_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import Capabilities, Change, ExistingSet, RecordKey
    from ddns_tray.core.ports import HttpResponse, Provider
    from ddns_tray.providers.entry import Opening

HALF_AN_HOUR = 1800.0
MAX_ANSWER = 10_000
REFUSED_AGENT = "127.0.0.1"
USER_AGENT = f"DDNS Tray - Desktop - {__version__}"
"""In the form that the services ask for: company, device, version."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a service of this kind wants to be spoken to, and what its words mean.

    The words are compared whole, at the start of a line. `pauses` are the words after which nobody may come back for
    so many seconds.
    """

    hostname: str = "hostname"
    ipv4: str = "myip"
    ipv6: str = "myip"
    written: frozenset[str] = frozenset({"good"})
    unchanged: frozenset[str] = frozenset({"nochg"})
    refused: Mapping[str, Refusal] = field(
        default_factory=lambda: MappingProxyType(
            {
                "badauth": AuthenticationFailed,
                "badagent": AbuseBlocked,
                "!donator": PermissionDenied,
                "!yours": PermissionDenied,
                "abuse": AbuseBlocked,
                "notfqdn": RequestRejected,
                "nohost": RecordNotFound,
                "numhost": RequestRejected,
                "dnserr": ProviderUnavailable,
                "911": ProviderUnavailable,
            }
        )
    )
    pauses: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"dnserr": HALF_AN_HOUR, "911": HALF_AN_HOUR})
    )


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Dyndns2(opening, Manner(ipv6=opening.option("ipv6_parameter")))


class Dyndns2:
    """A `core.ports.Provider` that can write and nothing else."""

    def __init__(self, opening: Opening, manner: Manner) -> None:
        user, password = opening.option("username"), opening.secret("password")
        self._capabilities = opening.spec.capabilities
        self._manner = manner
        self._base_url = opening.base_url()
        self._path = "/" + opening.option("path").lstrip("/")
        self._service = HttpService(
            dialect=Dialect(_host(self._base_url)),
            base_url=self._base_url,
            auth=basic(user, password),
            secrets=(password.reveal(), basic_word(user, password)),
            http=opening.http,
            clock=opening.clock,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this service can do."""
        return self._capabilities

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._service.calls

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
        return AccountReport(
            (), (text("This service can only be tried by writing. The first update will show if the account works."),)
        )

    async def aclose(self) -> None:
        """Nothing is held: the HTTP client belongs to whoever gave it."""

    async def apply(self, change: Change) -> None:
        """Send the one address of the change."""
        if len(change.after) != 1:
            raise self._only_one(change)
        address = change.after[0]
        parameter = self._manner.ipv4 if change.key.type is RecordType.A else self._manner.ipv6
        response = await self._service.send(
            HttpRequest(
                "GET",
                self._base_url + self._path,
                headers={"User-Agent": USER_AGENT},
                params=((self._manner.hostname, change.key.name), (parameter, address)),
                timeout=TIMEOUT,
                max_bytes=MAX_ANSWER,
            ),
            writes=True,
        )
        self._judge(response, address)

    def _judge(self, response: HttpResponse, address: str) -> None:
        """Look at every line; services that write more than one name or family answer with one line for each."""
        if looks_like_html(response):
            raise self._service.refuse(kind_of_page(response.status), response=response)
        lines = [line.split() for line in response.text().splitlines() if line.strip()]
        for words in lines:
            self._judge_line(words, address, response)
        if not lines or response.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self._strange(response)

    def _judge_line(self, words: list[str], address: str, response: HttpResponse) -> None:
        code = words[0].lower()
        refused = self._manner.refused.get(code)
        if refused is not None:
            error = self._service.refuse(refused, " ".join(words), response=response)
            pause = self._manner.pauses.get(code)
            if pause is not None:
                wait = max(pause, error.retry_after or 0.0)
                error = refused(error.problem.title, error.problem.hint, retry_after=wait)
            raise error
        if code not in self._manner.written | self._manner.unchanged:
            raise self._strange(response)
        echoed = words[1] if len(words) > 1 else ""
        if code in self._manner.written and echoed == REFUSED_AGENT != address:
            raise self._service.refuse(AbuseBlocked, " ".join(words))
        if _is_other_address(echoed, address):
            raise UnexpectedAnswer(
                text(
                    "{service} says that it wrote {written}, not {wanted}.",
                    service=self._service.name,
                    written=echoed,
                    wanted=address,
                ),
                text("Look at the record at the service, and at the parameter for IPv6 in the account's settings."),
            )

    def _strange(self, response: HttpResponse) -> ProviderError:
        kind = kind_of_status(response.status)
        return self._service.refuse(kind, response.text(), response=response)

    def _only_one(self, change: Change) -> RequestRejected:
        if change.after:
            return RequestRejected(
                text(
                    "{service} keeps one address for {name}, not {count}.",
                    service=self._service.name,
                    name=change.key.name,
                    count=len(change.after),
                ),
                text("Give the record one address in the settings."),
            )
        return RequestRejected(
            text("{service} cannot remove the address of {name}.", service=self._service.name, name=change.key.name),
            text("Remove it in the control panel of the service."),
        )


def _is_other_address(echoed: str, address: str) -> bool:
    """Say whether a service tells of an address of the same family that is not ours."""
    written = canonical_address(echoed)
    same_family = (":" in written) == (":" in address) and ("." in written) == ("." in address)
    is_address = bool(written) and all(sign in "0123456789abcdef.:" for sign in written)
    return is_address and same_family and written != canonical_address(address)


def _host(base_url: str) -> str:
    return base_url.split("://", 1)[1].split("/", 1)[0]
