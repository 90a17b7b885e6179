"""Settings taken back, taken along and taken in: undo, export, import. What is missing afterwards is asked for."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

from ddns_tray.core.errors import DdnsTrayError, StorageError
from ddns_tray.core.settings_exchange import differences, export_text, risks
from ddns_tray.core.text import Text, text
from ddns_tray.ui.file_dialog import file_dialog
from ddns_tray.ui.settings_forms import ChangesForm, SecretPlace, SecretsForm

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from PySide6.QtWidgets import QWidget

    from ddns_tray.core.ports import Secret
    from ddns_tray.core.settings import Settings
    from ddns_tray.ui.desk_work import DeskWork
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme

FILE_NAME = "ddns-tray-settings.toml"

log = logging.getLogger(__name__)


class _WindowGone(Exception):
    """There is nobody any more to show to what was looked up."""


class SettingsTravel(QObject):
    """The verbs behind the three buttons; each looks at the file in a worker thread, and tells what it would do."""

    def __init__(self, window: QWidget, theme: Theme, work: DeskWork, services: Services) -> None:
        super().__init__(work)  # a page goes when language or colours change; what is open on it does not
        self._window = window
        self._theme = theme
        self._work = work
        self._services = services

    # --- undo ---

    def undo(self) -> None:
        """Show what the last change was, and take it back if the person says so."""
        self._spawn(self._begin_undo(), "look what to undo")

    async def _begin_undo(self) -> None:
        found = await asyncio.to_thread(self._services.settings_file.undoable)
        if found is None:
            raise StorageError(
                text("There is nothing to undo."),
                text(
                    "Only what was changed here since the start can be undone, and only while nobody else changed it."
                ),
            )
        if not isValid(self._window):
            return
        now, then = found
        form = self._open_changes(
            text("Undo the last change"), text("This is what becomes of the settings:"), text("Undo")
        )
        form.save_wanted.connect(lambda: self._spawn(self._undo(form, now, then), "undo"))
        form.show_changes(await asyncio.to_thread(differences, now, then))

    async def _undo(self, form: ChangesForm, now: Settings, then: Settings) -> None:
        async def work() -> None:
            await asyncio.to_thread(self._services.settings_file.undo)
            for account in now.accounts:
                if account.id not in {kept.id for kept in then.accounts}:
                    for place, _ in self._secrets_of(now):
                        if place[0] == account.id:
                            await self._services.secrets.delete(*place)

        await self._finish(form, work)

    # --- export ---

    def export(self) -> None:
        """Ask where to, and write it there."""
        words = self._work.words
        dialog = file_dialog(words, self._theme, self._window, words.tr("Export settings without secrets"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(words.tr("Settings (*.toml)"))
        dialog.setDefaultSuffix("toml")
        dialog.selectFile(FILE_NAME)
        dialog.fileSelected.connect(lambda path: self._spawn(self.export_to(Path(path)), "export settings"))
        dialog.open()

    async def export_to(self, path: Path) -> None:
        """Write what another computer may take."""
        heading = self._work.words.tr(
            "Settings of DDNS Tray for another computer: import them there, or keep them as its settings file."
        )
        more = self._work.words.tr("Tokens and passwords are not in this file.")
        settings = self._work.settings()
        written = await asyncio.to_thread(export_text, settings, heading=f"{heading}\n{more}")
        await asyncio.to_thread(self._services.settings_file.write_other, path, written)

    # --- import ---

    def take_in(self) -> None:
        """Ask for a file, and show what it would change."""
        words = self._work.words
        dialog = file_dialog(words, self._theme, self._window, words.tr("Import settings"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([words.tr("Settings (*.toml)"), words.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self._spawn(self.import_from(Path(path)), "read settings"))
        dialog.open()

    async def import_from(self, path: Path) -> None:
        """Show what a file would change; take it in if the person says so."""
        if not isValid(self._window):
            return
        file = self._services.settings_file
        form = self._open_changes(
            text("Import settings"),
            text("Accounts and names of the file are added, or replace those of the same name. Nothing is removed."),
            text("Import"),
        )
        try:
            coming = await asyncio.to_thread(file.read_other, path)
            now, then = await asyncio.to_thread(file.read), await asyncio.to_thread(file.preview, coming)
        except DdnsTrayError:
            form.reject()
            raise

        async def work() -> None:
            await asyncio.to_thread(file.take_in, coming)

        if form.is_open():
            form.save_wanted.connect(lambda: self._spawn(self._finish(form, work), "import settings"))
            changes = await asyncio.to_thread(differences, now, then)
            form.show_changes(changes, await asyncio.to_thread(risks, now, then))

    # --- what is missing afterwards ---

    async def ask_for_secrets(self) -> None:
        """Open a form for the secrets that accounts need and nobody has, if there are any."""
        missing = []
        for place, label in self._secrets_of(self._work.settings()):
            try:
                there = await self._services.secrets.get(*place) is not None
            except DdnsTrayError:
                there = True  # a keyring that does not answer may have it; its own trouble is told elsewhere
            if not there:
                missing.append((place, label))
        if missing and isValid(self._window):
            form = SecretsForm(self._work.words, self._theme, self._window, missing)
            form.save_wanted.connect(lambda typed: self._spawn(self._keep(form, typed), "keep secrets"))
            form.open()

    async def _keep(self, form: SecretsForm, typed: Mapping[SecretPlace, Secret]) -> None:
        try:
            for place, secret in typed.items():
                await self._services.secrets.set(*place, secret)
        except DdnsTrayError as exc:
            self._work.refuse(form, exc)
            return
        form.accept()
        await self._services.renew_accounts()

    # --- inside ---

    def _secrets_of(self, settings: Settings) -> list[tuple[SecretPlace, Text]]:
        specs = {spec.id: spec for spec in self._services.desk.providers()}
        return [
            ((account.id, field.name), field.label)
            for account in settings.accounts
            if account.provider in specs
            for field in specs[account.provider].fields
            if field.secret and field.required
        ]

    def _open_changes(self, title: Text, about: Text, button: Text) -> ChangesForm:
        form = ChangesForm(self._work.words, self._theme, self._window, title=title, about=about, button=button)
        form.open()
        return form

    async def _finish(self, form: ChangesForm, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except DdnsTrayError as exc:
            self._work.refuse(form, exc)
            return
        form.accept()
        await self._services.reload()
        self._work.tell_changed()
        await self.ask_for_secrets()

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> None:
        async def guarded() -> None:
            try:
                await work
            except DdnsTrayError as exc:
                self._work.tell_failed(exc)
            except _WindowGone:
                log.info("%s: the window was closed meanwhile", name)

        self._services.spawn(guarded(), name)
