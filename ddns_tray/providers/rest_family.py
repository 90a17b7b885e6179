"""The REST family: services with zones and records in JSON, each described by one `RestService`.

A description (`rest_family_service`) reads like the service's documentation. Everything else (pages, names, keeping
what is not ours, refusals) is done here. A service that takes whole RRsets gives `put`, one that takes single records
gives `create`, `update` and `delete`. What a description cannot say is said by overriding a method.
"""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    PermissionDenied,
    ProviderError,
    RecordConflict,
    RecordNotFound,
    RequestRejected,
    TransportError,
    ZoneNotFound,
)
from ddns_tray.core.model import AccountReport, ExistingRecord, ExistingSet, RecordKey, RecordType
from ddns_tray.core.names import parents
from ddns_tray.core.text import text
from ddns_tray.providers.rest import Dialect, HttpService
from ddns_tray.providers.rest_family_pages import MAX_PAGES, Page, Params, at, maybe, number, scalar
from ddns_tray.providers.rest_family_service import OFF, Draft, fault_at, filled, kept_extra, kept_members, words_of
from ddns_tray.providers.shape import Misfit
from ddns_tray.providers.zoned import (
    ADDRESS_TYPES,
    RecordProvider,
    RRsetProvider,
    Zone,
    ZonedProvider,
    half_done,
    host_name,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from ddns_tray.core.model import Change
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.auth import Auth
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService
    from ddns_tray.providers.shape import Json


def http_service(
    opening: Opening, declared: RestService, auth: Auth, *, also_secret: Iterable[str] = ()
) -> HttpService:
    """Make the wire to a service of this family."""
    return HttpService(
        dialect=Dialect(opening.spec.title, fault=declared.fault or fault_at(), codes=declared.codes),
        base_url=opening.base_url(),
        auth=auth,
        secrets=(*(secret.reveal() for secret in opening.secrets.values()), *also_secret),
        http=opening.http,
        clock=opening.clock,
        own_address=opening.own_address(),
    )


def open_service(opening: Opening, declared: RestService, auth: Auth, *, also_secret: Iterable[str] = ()) -> Provider:
    """Open an account at a service that needs nothing but its description."""
    service = http_service(opening, declared, auth, also_secret=also_secret)
    return RestRRsets(opening, service, declared) if declared.put else RestRecords(opening, service, declared)


NOBODYS_ZONE = "example.com"
"""A zone that no account can hold (RFC 6761)."""


class RestReading(ZonedProvider):
    """Zones and records of a service, read as its description says."""

    def __init__(self, opening: Opening, service: HttpService, declared: RestService) -> None:
        super().__init__(opening, service)
        self._declared = declared

    async def zones(self) -> tuple[str, ...]:
        """List the zones; none where the service does not tell them."""
        return await super().zones() if self._declared.zones is not None else ()

    async def _fetch_zones(self) -> Sequence[Zone]:
        listing, shape = self._declared.zones, self._declared.zone
        if listing is None:
            return ()
        found = [self._zone(item) async for item in self._all(listing, {}) if not shape.skip(item)]
        return [zone for zone in found if zone.name]

    def _zone(self, item: Json) -> Zone:
        shape = self._declared.zone
        return Zone(host_name(scalar(at(item, shape.name))), scalar(at(item, shape.id)))

    async def _look_up_zone(self, name: str) -> Zone | None:
        if self._declared.zones is not None:
            return await super()._look_up_zone(name)
        forbidden: PermissionDenied | None = None
        for candidate in parents(name.removeprefix("*."))[:-1]:
            try:
                await self._probe(candidate)
            except (ZoneNotFound, RecordNotFound):
                continue
            except PermissionDenied as exc:
                forbidden = forbidden or exc
                continue
            return Zone(candidate, candidate)
        if forbidden is not None:
            raise forbidden
        return None

    async def _probe(self, candidate: str) -> None:
        """Look into a zone; one that is not of the account is `ZoneNotFound`, at some services `PermissionDenied`."""
        async for item in self._all(self._declared.records, {"zone": candidate, "zone_name": candidate}):
            at(item, self._declared.record.type)

    async def test(self) -> AccountReport:
        """List the zones, or ask for one that is surely not ours: good credentials learn that there is none."""
        if self._declared.zones is not None:
            return await super().test()
        try:
            await self._probe(NOBODYS_ZONE)
        except (ZoneNotFound, RecordNotFound):
            pass
        except PermissionDenied:
            refused = text(
                "{service} refuses to look at a zone that is not ours, as it may. What the credentials may do shows "
                "with the first update.",
                service=self._service.name,
            )
            return AccountReport((), (refused,), tried=False)
        except Misfit as exc:
            raise self._service.misfit(exc) from exc
        return AccountReport(
            (),
            (text("The credentials are good. {service} does not list its zones.", service=self._service.name),),
        )

    async def _fetch(self, zone: Zone, key: RecordKey | None) -> Sequence[ExistingSet]:
        listing = self._declared.records
        words = {"zone": zone.id, "zone_name": zone.name}
        if key is not None and self._declared.named is not None:
            listing = self._declared.named
            words = words_of(zone, key, self._written(key.name, zone))
        found: dict[RecordKey, _Gathered] = {}
        async for item in self._all(listing, words):
            name, type_name = self._name_and_type(item, zone)
            if key is not None and type_name == "CNAME" and name == key.name:
                raise self._conflict(key, type_name)
            if name and type_name in ADDRESS_TYPES:
                found.setdefault(RecordKey(name, RecordType(type_name)), _Gathered()).add(item, self._declared.record)
        return [gathered.as_set(each, zone) for each, gathered in found.items()]

    def _name_and_type(self, item: Json, zone: Zone) -> tuple[str, str]:
        """The owner name and the type of a record; a name that no host can have, or of a record to skip, is empty."""
        shape = self._declared.record
        if shape.skip(item):
            return "", ""
        names = self._declared.names_read or self._declared.names
        written = maybe(item, shape.name)
        type_name = scalar(at(item, shape.type))
        return names.read(written.string() if written is not None else "", zone.name), shape.types.get(
            type_name, type_name
        )

    async def _all(self, listing: Listing, words: Mapping[str, str]) -> AsyncIterator[Json]:
        """Every element of a list, through all pages."""
        where = filled(listing.where, words)
        fixed = tuple((name, value.format_map(words)) for name, value in listing.params)
        following: Params | None = listing.pages.first
        seen = 0
        for page in range(1, MAX_PAGES + 1):
            if following is None:
                return
            try:
                answer = await self._service.call(
                    listing.method, where, params=(*fixed, *following), missing=ZoneNotFound, writes=False
                )
            except ZoneNotFound:
                if listing.empty_if_missing:
                    return
                raise
            items = listing.elements(answer)
            seen += len(items)
            for item in items:
                yield item
            following = listing.pages.following(Page(answer, page, len(items), seen))

    def _written(self, name: str, zone: Zone) -> str:
        return self._declared.names.write(name, zone.name)

    def _draft(
        self,
        zone: Zone,
        key: RecordKey,
        change: Change | None,
        model: ExistingRecord | None,
        kept: Mapping[str, object],
    ) -> Draft:
        """Begin a draft. `model` is the record that stands there, or for a new one a sibling, whose ttl it shares."""
        ttl = change.ttl if change is not None else None
        comment = change.comment if change is not None else None
        if ttl is None:
            ttl = model.ttl if model is not None and model.ttl is not None else self._default_ttl(zone)
        if comment is None:
            comment = (model.comment or "") if model is not None else ""
        return Draft(zone, key, self._written(key.name, zone), ttl, comment, change, kept)

    def _default_ttl(self, zone: Zone) -> int:
        """Our default, or what the service offers in its place."""
        del zone
        return self._capabilities.offered_ttl(self._declared.new_ttl) or self._declared.new_ttl

    async def _write_with(self, call: Call, draft: Draft, *, missing: Refusal) -> Json:
        """Send a call that writes. A refusal may mean that a CNAME came in between: then that is what we say."""
        words = draft.words()
        body = call.body(draft) if call.body is not None else None
        try:
            return await self._service.call(
                call.method,
                filled(call.where, words),
                params=call.params(draft),
                body=body,
                missing=missing,
                writes=True,
            )
        except RequestRejected:
            if draft.record is None and draft.change is not None:
                await self._look_for_alias(draft.key)
            raise

    async def _look_for_alias(self, key: RecordKey) -> None:
        """After a refusal: raise `RecordConflict` if a CNAME has the name by now."""
        try:
            await self.read(key)
        except RecordConflict:
            raise
        except ProviderError:
            return

    async def _finish(self, zone: Zone, key: RecordKey) -> None:
        """Make writes known to the service's name servers, where that takes a call of its own."""
        if self._declared.after is not None:
            draft = self._draft(zone, key, None, None, {})
            await self._write_with(self._declared.after, draft, missing=ZoneNotFound)


class RestRecords(RestReading, RecordProvider):
    """A service that takes one record at a time."""

    def __init__(self, opening: Opening, service: HttpService, declared: RestService) -> None:
        super().__init__(opening, service, declared)
        self._unfinished: dict[str, RecordKey] = {}

    async def read(self, key: RecordKey) -> ExistingSet:
        """Read the RRset. What was written and not made known to the name servers is made known first."""
        zone = await self._zone_of(key.name)
        if zone.name in self._unfinished:
            await self._finish(zone, self._unfinished[zone.name])
            del self._unfinished[zone.name]
        return await super().read(key)

    async def apply(self, change: Change) -> None:
        """Write, then tell the service that we are done. If only that fails, the change is half done."""
        if self._declared.after is None:
            await super().apply(change)
            return
        zone = await self._zone_of(change.key.name)
        self._unfinished[zone.name] = change.key
        await super().apply(change)
        try:
            await self._finish(zone, change.key)
        except (ProviderError, TransportError) as exc:
            raise half_done(change.key.name, exc) from exc
        del self._unfinished[zone.name]

    async def _create(self, zone: Zone, key: RecordKey, address: str, existing: ExistingSet, change: Change) -> None:
        sibling = existing.records[0] if existing.records else None
        draft = replace(self._draft(zone, key, change, sibling, {}), address=address, existing=existing)
        await self._write_with(_given(self._declared.create), draft, missing=ZoneNotFound)

    async def _update(self, zone: Zone, key: RecordKey, record: ExistingRecord, address: str, change: Change) -> None:
        draft = replace(self._draft(zone, key, change, record, kept_members(record)), address=address, record=record)
        if self._declared.update is not None:
            await self._write_with(self._declared.update, draft, missing=RecordNotFound)
        else:
            await self._replace(draft, record)

    async def _replace(self, draft: Draft, record: ExistingRecord) -> None:
        """Where records cannot be changed: the new one first, unless the old one is in its way."""
        create = (_given(self._declared.create), replace(draft, record=None), ZoneNotFound)
        delete = (_given(self._declared.delete), replace(draft, address=record.address), RecordNotFound)
        same = draft.address == record.address
        (first, first_draft, first_missing), (then, then_draft, then_missing) = (
            (delete, create) if same else (create, delete)
        )
        await self._write_with(first, first_draft, missing=first_missing)
        try:
            await self._write_with(then, then_draft, missing=then_missing)
        except RecordNotFound:
            if then is delete[0]:
                return
            raise
        except (ProviderError, TransportError) as exc:
            raise half_done(draft.key.name, exc) from exc

    async def _delete(self, zone: Zone, key: RecordKey, record: ExistingRecord) -> None:
        draft = replace(
            self._draft(zone, key, None, record, kept_members(record)), address=record.address, record=record
        )
        await self._write_with(_given(self._declared.delete), draft, missing=RecordNotFound)


class RestRRsets(RestReading, RRsetProvider):
    """A service that takes whole RRsets."""

    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        model = existing.records[0] if existing.records else None
        kept = kept_members(model) if model is not None else {}
        draft = replace(self._draft(zone, change.key, change, model, kept), addresses=change.after, existing=existing)
        there = bool(existing.records or draft.switched_off)
        if not change.after and not draft.switched_off and self._declared.delete is not None:
            await self._write_with(self._declared.delete, draft, missing=RecordNotFound)
        elif not there and self._declared.create is not None:
            await self._write_with(self._declared.create, draft, missing=ZoneNotFound)
        else:
            await self._write_with(_given(self._declared.put), draft, missing=ZoneNotFound)


class _Gathered:
    """The records of one RRset, while a list is read."""

    def __init__(self) -> None:
        self._records: list[ExistingRecord] = []
        self._off: list[object] = []
        self._extra: dict[str, str] = {}

    def add(self, item: Json, shape: RecordShape) -> None:
        """Take in a record, or an RRset with its values."""
        ttl = maybe(item, shape.ttl) if shape.ttl else None
        record_id = maybe(item, shape.id) if shape.id else None
        comment = maybe(item, shape.comment) if shape.comment else None
        self._extra |= kept_extra(item, shape.keep_set)
        for value in at(item, shape.values).items() if shape.values else (item,):
            if shape.off(value):
                self._off.append(value.value)
                continue
            self._records.append(
                ExistingRecord(
                    at(value, shape.content).string(),
                    ttl=number(ttl) if ttl is not None else None,
                    id=scalar(record_id) if record_id is not None else None,
                    comment=(comment.string() if comment is not None else "") if shape.comment else None,
                    extra=MappingProxyType(kept_extra(value, shape.keep)),
                )
            )

    def as_set(self, key: RecordKey, zone: Zone) -> ExistingSet:
        """All that was taken in."""
        extra = self._extra | ({OFF: json.dumps(self._off)} if self._off else {})
        return ExistingSet(key, zone.name, tuple(self._records), MappingProxyType(extra))


def _given(call: Call | None) -> Call:
    if call is None:
        message = "the description of the service lacks a call"
        raise TypeError(message)
    return call
