"""The first account and its names, from "who hosts your DNS?" to the first save: what is known so far, without widgets.

It outlives the pages that show it, so that language and theme may change in the middle. Nothing is written before
`start`, which writes the settings once: all of them, or nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from ddns_tray.core.errors import DdnsTrayError, NoKeyring, UsageError
from ddns_tray.core.model import RecordKey, RecordType
from ddns_tray.core.names import canonical_name, longest_zone
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import AccountSettings, RecordSettings, Settings
from ddns_tray.core.text import text
from ddns_tray.ui.account_fields import cleaned
from ddns_tray.ui.record_form import bare_name

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from ddns_tray.core.model import AccountReport, ExistingSet, FieldSpec, ProviderSpec
    from ddns_tray.core.ports import SettingChange
    from ddns_tray.ui.services import Services


SECRETS_FILE = "secrets.json"
"""Where secrets go, beside the settings, if a person without a keyring asks for that."""


class OutsideZones(UsageError):
    """The name is in none of the zones that the account may edit."""


class Step(StrEnum):
    """Where one is; the welcome came before."""

    SERVICE = "service"
    FIELDS = "fields"
    NAMES = "names"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Offer:
    """A name that can be kept: `now` is what the provider has, None where nobody could look."""

    key: RecordKey
    now: tuple[str, ...] | None
    chosen: bool
    kept: bool
    """Whether the settings have it already."""


class SetUp(QObject):
    """One way through the steps. `changed` is told after everything that a page may have to show anew."""

    changed = Signal()
    saved = Signal()
    """The settings on disk are others now."""

    def __init__(
        self,
        services: Services,
        settings: Settings,
        besides: Callable[[], Sequence[SettingChange]],
        parent: QObject | None = None,
    ) -> None:
        """`besides` tells what else to keep at the end, such as the language chosen at the welcome."""
        super().__init__(parent)
        self._services = services
        self._settings = settings
        self._besides = besides
        self.step = Step.SERVICE
        self.spec: ProviderSpec | None = None
        self.options: dict[str, str] = {}
        self.typed: dict[str, Secret] = {}
        self.trimmed: FieldSpec | None = None
        """A field in which something was pasted along that does not belong to the value."""
        self.missing: FieldSpec | None = None
        self.report: AccountReport | None = None
        self.problem: DdnsTrayError | None = None
        self.busy = False
        self.is_saving = False
        self.zone: str | None = None
        self._sets: dict[str, tuple[ExistingSet, ...]] = {}
        """By zone, in the order in which they are shown."""
        self._addresses: dict[RecordKey, tuple[str, ...]] = {}
        """What the provider has, of all zones that were looked into."""
        self._by_hand: dict[RecordKey, None] = {}
        self._chosen: dict[RecordKey, None] = {}
        self._attempt = 0

    # --- who hosts the DNS ---

    @property
    def providers(self) -> tuple[ProviderSpec, ...]:
        """All services."""
        return self._services.desk.providers()

    def choose(self, spec: ProviderSpec | None) -> None:
        """Take a service; what belonged to another one is forgotten."""
        if spec is self.spec:
            return
        self.spec = spec
        self.options, self.typed = {}, {}
        self.trimmed = self.missing = None
        self.forget_test()

    # --- the account ---

    @property
    def account(self) -> AccountSettings:
        """The account as it stands; only after a service was chosen."""
        spec = self._need_spec()
        taken = {account.id for account in self._settings.accounts}
        found, number = spec.id, 2
        while found in taken:
            found, number = f"{spec.id}-{number}", number + 1
        return AccountSettings(found, spec.id, MappingProxyType(dict(self.options)))

    def forget_test(self) -> None:
        """The account is another than the one that was tried."""
        self._attempt += 1
        self.busy = False
        self.report = self.problem = self.zone = None
        self._sets, self._addresses, self._chosen = {}, {}, {}
        self._by_hand = {}
        self.changed.emit()

    def test(self, values: Mapping[str, str]) -> None:
        """Try what was typed, without writing; a secret that is empty here is the one typed before."""
        self._fill(values)
        self.forget_test()
        if self.missing is None:
            self._begin(self._test(self._attempt), "test an account")

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep what stands in the fields, as the page that shows them is about to be built anew."""
        missing, trimmed = self.missing, self.trimmed
        self._fill(values)
        self.missing, self.trimmed = missing, trimmed

    def _fill(self, values: Mapping[str, str]) -> None:
        self.trimmed = self.missing = None
        self.options = {}
        for field in self._need_spec().fields:
            written = values.get(field.name, "")
            value = cleaned(written)
            if value != written:
                self.trimmed = field
            if field.secret and value:
                self.typed[field.name] = Secret(value)
            elif value:
                self.options[field.name] = value
            if self.missing is None and self._lacks(field, value):
                self.missing = field

    def is_complete(self, values: Mapping[str, str]) -> bool:
        """Whether nothing that the service needs is missing in what was typed."""
        return not [
            field for field in self._need_spec().fields if self._lacks(field, cleaned(values.get(field.name, "")))
        ]

    def _lacks(self, field: FieldSpec, value: str) -> bool:
        there = value or field.default is not None or (field.secret and field.name in self.typed)
        return field.required and not there

    async def _test(self, attempt: int) -> None:
        report, problem = None, None
        try:
            report = await self._services.desk.test(self.account, self.typed)
        except DdnsTrayError as exc:
            problem = exc
        finally:
            if attempt == self._attempt:
                self.report, self.problem, self.busy = report, problem, False
                self._tell()

    # --- the names ---

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones that can be looked into."""
        if self.report is None or not self._need_spec().capabilities.list_records:
            return ()
        return self.report.zones

    @property
    def is_listed(self) -> bool:
        """Whether the names of the zone have been read."""
        return self.zone in self._sets

    def look_into(self, zone: str) -> None:
        """Read the names of a zone, once."""
        self._attempt += 1
        self.zone, self.problem, self.busy = zone, None, False
        if zone in self._sets:
            self.changed.emit()
        else:
            self._begin(self._look(self._attempt, zone), "list names")

    async def _look(self, attempt: int, zone: str) -> None:
        problem = None
        sets, addresses = self._sets, self._addresses  # others belong to another account by then
        try:
            found = await self._services.desk.records(self.account, self.typed, zone)
            sets[zone] = tuple(sorted(found, key=lambda each: (each.key.name, each.key.type)))
            addresses.update({each.key: each.addresses for each in found})
        except DdnsTrayError as exc:
            problem = exc
        finally:
            if attempt == self._attempt:
                self.problem, self.busy = problem, False
                self._tell()

    def offers(self) -> tuple[Offer, ...]:
        """What can be chosen now: typed names first, then those of the zone."""
        kept = {(record.name, record_type) for record in self._settings.records for record_type in record.types}
        keys = dict.fromkeys([*self._by_hand, *(each.key for each in self._sets.get(self.zone or "", ()))])
        there, chosen = self._addresses, self._chosen
        return tuple(Offer(key, there.get(key), key in chosen, (key.name, key.type) in kept) for key in keys)

    def chosen(self) -> tuple[RecordKey, ...]:
        """What will be kept, of all zones."""
        return tuple(self._chosen)

    def select(self, key: RecordKey, *, wanted: bool) -> None:
        """Keep this one, or do not."""
        self._chosen.pop(key, None)
        if wanted:
            self._chosen[key] = None
        self.changed.emit()

    def add_name(self, written: str, types: tuple[RecordType, ...]) -> None:
        """Add a name that was typed. Raises `UsageError` with the reason where it cannot be kept with this account."""
        name = canonical_name(bare_name(written))
        if not types:
            raise UsageError(text("Choose IPv4, IPv6, or both."))
        if self.zones and longest_zone(name, self.zones) is None:
            raise OutsideZones(text("{name} is in none of the zones of this account.", name=name))
        for record in self._settings.records:
            if record.name == name and set(types) & set(record.types):
                raise UsageError(text("{name} is already there.", name=name))
        for record_type in types:
            key = RecordKey(name, record_type)
            if key not in self._addresses:
                self._by_hand[key] = None
            self._chosen[key] = None
        self.problem = None
        self.changed.emit()

    # --- from step to step ---

    def go_on(self) -> None:
        """To the next step; the last is reached by `start` alone."""
        self.problem = None
        if self.step is Step.SERVICE and self.spec is not None:
            self.step = Step.FIELDS
        elif self.step is Step.FIELDS:
            self.step = Step.NAMES
            if self.zones and self.zone is None:
                self.look_into(self.zones[0])
                return
        self.changed.emit()

    def go_back(self) -> None:
        """To the step before; nothing is lost. What was going on for this step is no longer waited for."""
        if self.is_saving:
            return
        self._attempt += 1
        self.busy = False
        self.problem = None
        self.step = Step.FIELDS if self.step is Step.NAMES else Step.SERVICE
        self.changed.emit()

    # --- the end ---

    def records(self) -> tuple[RecordSettings, ...]:
        """What will be kept, one setting a name."""
        types: dict[str, list[RecordType]] = {}
        for key in self._chosen:
            types.setdefault(key.name, []).append(key.type)
        return tuple(RecordSettings(name, tuple(sorted(each)), self.account.id) for name, each in types.items())

    @property
    def can_use_file(self) -> bool:
        """Whether the way out is a file: there is no keyring at all. One that is only locked can be opened."""
        return isinstance(self.problem, NoKeyring)

    def start(self, *, in_file: bool = False) -> None:
        """Write everything: the secrets into the keyring (or a file), account and names into the settings."""
        if not self.busy and self._chosen:
            self.problem = None
            self._attempt += 1
            self.is_saving = True
            self._begin(self._save(in_file=in_file), "keep the first names")

    async def _save(self, *, in_file: bool) -> None:
        account, records = self.account, self.records()
        file, secrets = self._services.settings_file, self._services.secrets
        written: list[str] = []
        try:
            # Secrets first: an account without them would be half an account, and a keyring may refuse.
            if in_file:
                await asyncio.to_thread(file.set_values, (("general", "secrets_file", SECRETS_FILE),))
            for name, secret in self.typed.items():
                await secrets.set(account.id, name, secret)
                written.append(name)
            await asyncio.to_thread(file.begin, account, records, self._besides())
        except DdnsTrayError as exc:
            self.problem = exc
            for name in written:
                with contextlib.suppress(DdnsTrayError):
                    await secrets.delete(account.id, name)
            if in_file:
                with contextlib.suppress(DdnsTrayError):
                    await asyncio.to_thread(file.set_values, (("general", "secrets_file", None),))
        else:
            self.step = Step.DONE
            await self._services.reload()
            if isValid(self):
                self.saved.emit()
        finally:
            self.busy = self.is_saving = False
            self._tell()

    # --- inside ---

    def _tell(self) -> None:
        """Work that was begun ends also when its window was closed meanwhile, and this with it."""
        if isValid(self):
            self.changed.emit()

    def _begin(self, work: Coroutine[object, object, None], name: str) -> None:
        self.busy = True
        self.changed.emit()
        self._services.spawn(work, name)

    def _need_spec(self) -> ProviderSpec:
        if self.spec is None:
            message = "no service was chosen"
            raise RuntimeError(message)
        return self.spec
