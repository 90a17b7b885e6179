"""From the button in a card to the write: preview, the yes of a person, just that write, and the settings with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.core.repairs import RepairKind
from ddns_tray.ui.repair_form import RepairForm
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ddns_tray.core.model import RecordStatus
    from ddns_tray.core.repairs import Repair
    from ddns_tray.core.settings import RecordSettings
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


class RepairDesk(QObject):
    """Opens previews. Without services it does nothing."""

    changed = Signal()
    """The settings on disk are others now."""

    def __init__(self, window: QWidget, words: Words, theme: Theme) -> None:
        super().__init__(window)
        self.words = words
        self.form: RepairForm | None = None
        self._window = window
        self._theme = theme
        self._services: Services | None = None

    def attach(self, services: Services) -> None:
        """Take what there is to work with."""
        self._services = services

    def begin(self, record: RecordStatus, kind: RepairKind) -> None:
        """Show what a repair of this record would write."""
        services = self._services
        if services is None or record.account is None:
            return
        form = self.form = RepairForm(
            self.words, self._theme, self._window, kind=kind, key=record.key, account=record.account
        )

        def look() -> None:
            services.spawn(self._look(services, form, record, kind), "preview a repair")

        def write(repair: Repair) -> None:
            services.spawn(self._write(services, form, repair), "repair a record")

        form.look_wanted.connect(look)
        form.write_wanted.connect(write)
        form.open()
        form.look()

    async def _look(self, services: Services, form: RepairForm, record: RecordStatus, kind: RepairKind) -> None:
        try:
            repair = await services.engine.preview_repair(record.key, kind)
            keeps = await asyncio.to_thread(_settings_with_long_ttl, services, repair)
        except DdnsTrayError as exc:
            if not form.gone:
                form.show_refusal(exc)
            return
        if form.gone:
            return
        form.show_preview(repair, changes_settings=keeps is not None)

    async def _write(self, services: Services, form: RepairForm, repair: Repair) -> None:
        try:
            result = await services.engine.apply_repair(repair)
            if result.problem is None and await asyncio.to_thread(_keep_short_ttl, services, repair):
                await services.reload()
                if isValid(self):  # the window may be gone by now
                    self.changed.emit()
        except DdnsTrayError as exc:
            if not form.gone:
                form.show_refusal(exc)
            return
        if form.gone:
            return
        if result.problem is None:
            form.accept()
        else:
            problem = result.problem
            form.tell(lambda: (Shape.WARNING, *form.words.problem(problem)))
            form.again.setVisible(True)


def _new_ttl(repair: Repair) -> int | None:
    wanted = repair.kind is RepairKind.LOWER_TTL and repair.change is not None
    return repair.change.ttl if wanted and repair.change is not None else None


def _settings_with_long_ttl(services: Services, repair: Repair) -> RecordSettings | None:
    """The settings that would bring the long TTL back with the next round."""
    ttl, key = _new_ttl(repair), repair.key
    if ttl is None:
        return None
    kept = services.settings_file.read().records
    return next(
        (each for each in kept if each.name == key.name and key.type in each.types and each.ttl and each.ttl > ttl),
        None,
    )


def _keep_short_ttl(services: Services, repair: Repair) -> bool:
    found = _settings_with_long_ttl(services, repair)
    if found is not None:
        services.settings_file.put_record(replace(found, ttl=_new_ttl(repair)), replaces=found)
    return found is not None
