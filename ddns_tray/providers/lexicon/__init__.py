"""Services that are reached through the library dns-lexicon, an optional part (`ddns-tray[lexicon]`).

Source, read on 2026-11-22: dns-lexicon 3.25.2, its interfaces and the options of its providers. The library models no
limits, tells hardly any errors apart, and some of its providers report success for what they did not do. So we do with
it only what is safe everywhere: a name has one address of a type, a write is followed by a look at what stands there,
and what the look does not show is `Unconfirmed`. Zones are those that the account names.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ddns_tray.core.addresses import canonical_address
from ddns_tray.core.errors import (
    AuthenticationFailed,
    ConfigError,
    ConnectFailed,
    DdnsTrayError,
    ProviderError,
    ProviderUnavailable,
    RecordConflict,
    RequestRejected,
    TimedOut,
    TlsFailed,
    TransportError,
    Unconfirmed,
    UnexpectedAnswer,
    ZoneNotFound,
)
from ddns_tray.core.model import AccountReport, ExistingRecord, ExistingSet, RecordKey, RecordType
from ddns_tray.core.names import longest_zone
from ddns_tray.core.retry_after import retry_after
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.lexicon import ROWS
from ddns_tray.providers.lexicon.process import LexiconProcess, WorkerEnded
from ddns_tray.providers.refusals import Scrubber, kind_of_status, kind_of_words, refusal
from ddns_tray.providers.rest import kind_of_page
from ddns_tray.providers.zoned import ADDRESS_TYPES, host_name, ttl_to_write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import Capabilities, Change
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal

HANDLE = "handle"
_NOT_FOUND = 404
_REFUSALS = range(400, 500)


def open_account(opening: Opening) -> Provider:
    """Open an account. No process is started before it is used."""
    return Lexicon(opening, LexiconProcess())


class Lexicon:
    """A `core.ports.Provider` through dns-lexicon. `calls` counts the requests that the library sent."""

    def __init__(self, opening: Opening, process: LexiconProcess) -> None:
        row = ROWS[opening.spec.id]
        self.calls = 0
        self._title = opening.spec.title
        self._capabilities = opening.spec.capabilities
        self._clock = opening.clock
        self._process = process
        self._provider = row.provider
        self._endpoint = opening.base_url() if opening.option("base_url") else ""
        self._domains = _domains(opening)
        secrets = {name: secret.reveal() for name, secret in opening.secrets.items()}
        plain = {name: opening.option(name) for name in row.plain if opening.option(name)}
        self._options: dict[str, str] = {**row.fixed, **plain, **secrets}
        self._scrubber = Scrubber(secrets.values())

    def __repr__(self) -> str:
        return f"Lexicon({self._title})"

    @property
    def capabilities(self) -> Capabilities:
        """What this service can do."""
        return self._capabilities

    async def zones(self) -> tuple[str, ...]:
        """The domains of the settings; nothing is asked."""
        return tuple(sorted(self._domains))

    async def records(self, zone: str) -> tuple[ExistingSet, ...]:
        """List all address RRsets of a zone, sorted."""
        if zone not in self._domains:
            raise self._no_zone(zone)
        found: dict[RecordKey, list[ExistingRecord]] = {}
        for record in await self._ask(zone):
            name, type_name = _owner(record, zone), str(record["type"]).upper()
            if name and type_name in ADDRESS_TYPES:
                found.setdefault(RecordKey(name, RecordType(type_name)), []).append(_existing(record))
        return tuple(ExistingSet(key, zone, tuple(found[key])) for key in sorted(found))

    async def read(self, key: RecordKey) -> ExistingSet:
        """Read the RRset; empty where there is none. Raises `RecordConflict` where a CNAME has the name."""
        zone = self._zone_of(key.name)
        return self._set_of(key, zone, await self._ask(zone, key))

    async def apply(self, change: Change) -> None:
        """Write one record, and make sure that it stands there."""
        key = change.key
        zone = self._zone_of(key.name)
        existing = change.existing if change.existing is not None else await self.read(key)
        step = self._step(change)
        if step is None:
            return
        records = await self._ask(zone, key, step=step, ttl=ttl_to_write(change, existing))
        standing = {canonical_address(each) for each in self._set_of(key, zone, records).addresses}
        if standing != {canonical_address(each) for each in change.after}:
            raise Unconfirmed(
                text("{service} took the change of {name}, and does not show it.", service=self._title, name=key.name),
                text("Nothing needs doing: we look before we write again."),
            )

    async def test(self) -> AccountReport:
        """Read each domain once: only that shows whether the credentials are good for it."""
        for domain in self._domains:
            await self._ask(domain)
        return AccountReport(
            await self.zones(),
            (text("These domains can be read. Whether they may be written shows with the first change."),),
        )

    async def aclose(self) -> None:
        """Nothing is held: each question has a process of its own."""

    # what is asked

    async def _ask(
        self,
        domain: str,
        key: RecordKey | None = None,
        *,
        step: Mapping[str, Any] | None = None,
        ttl: int | None = None,
    ) -> list[dict[str, Any]]:
        """Start a process for one question: what stands at a name, or all addresses of a domain.

        If there is a step, it is made before the look. A CNAME is looked for only where there is no address: lists of
        whole zones are cut short by some of the library's providers, and lists without a type empty at one.
        """
        question = {
            "provider": self._provider,
            "options": self._options,
            "domain": domain,
            "endpoint": self._endpoint,
            "ttl": ttl,
            "step": step,
            "name": key.name if key is not None else None,
            "types": [str(key.type), "CNAME"] if key is not None else ["A", "AAAA"],
        }
        try:
            told = await self._process.ask(question)
        except WorkerEnded as exc:
            raise self._no_answer(exc, writing=step is not None) from exc
        self.calls += told["requests"]
        if "failure" in told:
            raise self._error(told["failure"], told["stage"], page=told["page"])
        records: list[dict[str, Any]] = told["records"]
        return records

    def _step(self, change: Change) -> Mapping[str, Any] | None:
        """The one thing to do; None if there is nothing. Sets of several addresses are refused."""
        key = change.key
        before = change.existing.records if change.existing is not None else ()
        if len(change.after) > 1 or len(before) > 1:
            raise RequestRejected(
                text("{name} has several addresses of type {type}.", name=key.name, type=key.type),
                text(
                    "At {service} we can keep one address of a type. Leave one there, and one in the settings.",
                    service=self._title,
                ),
            )
        where: dict[str, Any] = {"type": str(key.type), "name": key.name}
        for record, address in change.replace:
            return {**where, "do": "update", "id": _handle(record), "content": address}
        for address in change.create:
            return {**where, "do": "create", "id": None, "content": address}
        for record in change.delete:
            return {**where, "do": "delete", "id": _handle(record), "content": record.address}
        return None

    def _zone_of(self, name: str) -> str:
        zone = longest_zone(name, self._domains)
        if zone is None:
            raise self._no_zone(name)
        return zone

    def _set_of(self, key: RecordKey, zone: str, records: list[dict[str, Any]]) -> ExistingSet:
        own = [record for record in records if _owner(record, zone) == key.name]
        if any(str(record["type"]).upper() == "CNAME" for record in own):
            raise RecordConflict(
                text(
                    "{name} is a {type} record at {service}, so it can have no address of its own.",
                    name=key.name,
                    type="CNAME",
                    service=self._title,
                ),
                text("Remove that record at the service, or use another name."),
            )
        return ExistingSet(key, zone, tuple(_existing(each) for each in own if str(each["type"]).upper() == key.type))

    # what went wrong

    def _no_zone(self, name: str) -> ZoneNotFound:
        return ZoneNotFound(
            text("No zone of this account at {service} holds {name}.", service=self._title, name=name),
            text("Check the name, and the domains in the settings of the account."),
        )

    def _no_answer(self, exc: WorkerEnded, *, writing: bool) -> DdnsTrayError:
        if writing:
            return self._unconfirmed()
        if exc.in_time:
            return ConfigError(
                text("dns-lexicon, through which {service} is reached, does not run.", service=self._title),
                text('Install it anew: pip install "ddns-tray[lexicon]"'),
            )
        return self._late()

    def _late(self) -> TimedOut:
        return TimedOut(
            text("{service} gave no answer in time.", service=self._title),
            text("Check the network connection; the server may also be overloaded."),
            sent=True,
        )

    def _unconfirmed(self) -> Unconfirmed:
        return Unconfirmed(
            text("The answer of {service} was lost; the change may or may not have been made.", service=self._title),
            text("Nothing needs doing: we look before we write again."),
        )

    def _error(self, failure: Mapping[str, Any], stage: str, *, page: bool) -> ProviderError | TransportError:
        """Make our error of what the library raised. What is not surely a refusal may have been written."""
        kinds, status, words = failure["kinds"], failure["status"], self._scrubber.clean(failure["words"])
        refused = isinstance(status, int) and status in _REFUSALS
        if stage == "look" or (stage == "write" and not refused and "ConnectTimeout" not in kinds):
            return self._unconfirmed()
        if isinstance(status, int):
            kind = ZoneNotFound if status == _NOT_FOUND and stage != "write" else kind_of_status(status)
            kind = kind_of_page(status) if page else kind_of_words(kind, words)
            wait = retry_after({"retry-after": str(failure["retry_after"] or "")}, self._clock.now())
            return refusal(kind, self._title, words, retry_after=wait)
        if "SSLError" in kinds:
            return TlsFailed(
                text("{service} could not prove who it is.", service=self._title),
                text("Check this computer's clock, and whether a sign-in page or a firewall stands in between."),
            )
        if "ReadTimeout" in kinds:
            return self._late()
        if "ConnectionError" in kinds or "Timeout" in kinds:
            return ConnectFailed(
                text("{service} cannot be reached.", service=self._title),
                text("Check the network connection, and a firewall if there is one."),
            )
        kind = kind_of_words(_kind_by_class(kinds, words, stage), words)
        return refusal(ProviderUnavailable if page and kind is UnexpectedAnswer else kind, self._title, words)


def _kind_by_class(kinds: list[str], words: str, stage: str) -> Refusal:
    if "AuthenticationError" in kinds:
        return ZoneNotFound if "domain" in words.lower() or "zone" in words.lower() else AuthenticationFailed
    if kinds[0] == "Exception":
        return AuthenticationFailed if stage == "sign_in" else RequestRejected
    return UnexpectedAnswer


def _domains(opening: Opening) -> tuple[str, ...]:
    domains = tuple(host_name(each) for each in opening.option("domains").replace(",", " ").split())
    if not domains or not all(domains):
        raise ConfigError(
            text("{option} has to be a list of domains.", option="domains"),
            text("Write them with commas between them, such as example.org, example.com."),
        )
    return domains


def _owner(record: Mapping[str, Any], zone: str) -> str:
    """The canonical owner name. The library writes the apex as "", "@" or a dot before the zone, some names short."""
    written = str(record["name"] or "").lower().strip(".").removeprefix("@").strip(".")
    whole = written == zone or written.endswith(f".{zone}")
    return host_name(written if whole else f"{written}.{zone}".strip("."))


def _existing(record: Mapping[str, Any]) -> ExistingRecord:
    ttl = record["ttl"]
    known = str(ttl).isdecimal() and int(ttl) > 0
    return ExistingRecord(
        str(record["content"]),
        ttl=int(ttl) if known else None,
        id=str(record["id"]),
        extra=MappingProxyType({HANDLE: json.dumps(record["id"])}),
    )


def _handle(record: ExistingRecord) -> Any:
    """The library's handle as it was: some of its providers compare numbers with numbers."""
    return json.loads(record.extra[HANDLE]) if HANDLE in record.extra else record.id
