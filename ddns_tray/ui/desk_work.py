"""What the window does with engine, settings and keyring: opens forms, keeps what they bring, tells what went wrong.

Files and keyrings are slow: every call to them is a task, and none blocks the window.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.core.settings import Settings
from ddns_tray.ui.account_form import AccountForm
from ddns_tray.ui.line_form import LineForm
from ddns_tray.ui.record_form import RecordForm
from ddns_tray.ui.settings_travel import SettingsTravel
from ddns_tray.ui.wizard_work import SetUp

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from PySide6.QtWidgets import QWidget

    from ddns_tray.core.model import RecordKey
    from ddns_tray.core.ports import Secret, SettingChange
    from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings
    from ddns_tray.ui.forms import Form
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

log = logging.getLogger(__name__)


class DeskWork(QObject):
    """The verbs behind forms and buttons. Without services every one of them does nothing."""

    changed = Signal()
    """The settings on disk are others now."""
    failed = Signal(object)
    """Carries a `DdnsTrayError` that no form was open for."""

    set_up_begun = Signal(object)
    """Carries a `SetUp`: the way to the first account and its names."""

    def __init__(self, window: QWidget, words: Words, theme: Theme) -> None:
        super().__init__(window)
        self.language: str | None = None
        """Chosen at the welcome; kept with the first thing that is written."""
        self.words = words
        self._window = window
        self._theme = theme
        self._services: Services | None = None
        self.travel: SettingsTravel | None = None
        """Undo, export and import; None without services."""

    def attach(self, services: Services) -> None:
        """Take what there is to work with."""
        self._services = services
        self.travel = SettingsTravel(self._window, self._theme, self, services)

    # --- verbs of the engine ---

    def check(self) -> None:
        """Look now."""
        if self._services is not None:
            self._services.engine.check_now()

    def pause(self) -> None:
        """Rest until the person says otherwise."""
        if self._services is not None:
            self._services.engine.pause(None)

    def resume(self) -> None:
        """Go on after a pause."""
        if self._services is not None:
            self._services.engine.resume()

    def update(self, names: tuple[str, ...] = ()) -> None:
        """Compare with the providers now: all names, or these."""
        if self._services is not None:
            self._spawn(_update(self._services, names), "update now")

    # --- settings, read ---

    def settings(self) -> Settings:
        """What is on disk; the defaults if that cannot be read, which is then told."""
        if self._services is None:
            return Settings()
        try:
            return self._services.settings_file.read()
        except DdnsTrayError as exc:
            self.tell_failed(exc)
            return Settings()

    # --- forms ---

    def begin_keeping(self) -> None:
        """Step by step to an account and its names; only a name where there is an account already."""
        if self._services is None:
            return
        settings = self.settings()
        if settings.accounts:
            self.add_record(settings.accounts[0].id)
            return
        set_up = SetUp(self._services, settings, self._take_language, self)
        set_up.saved.connect(self.changed)
        self.set_up_begun.emit(set_up)

    def begin_watching(self) -> None:
        """A name without an account."""
        self._open_record_form(None, account=None)

    def add_account(self) -> None:
        """Open an empty account form."""
        self._open_account_form(None)

    def edit_account(self, account_id: str | None) -> None:
        """Open the form of an account."""
        account = next((kept for kept in self.settings().accounts if kept.id == account_id), None)
        if account is not None:
            self._open_account_form(account)

    def add_record(self, account: str | None = None) -> None:
        """Open an empty form for a name, with this account or the first one chosen."""
        accounts = self.settings().accounts
        self._open_record_form(None, account=account or (accounts[0].id if accounts else None))

    def edit_record(self, record: RecordSettings) -> None:
        """Open the form of a name."""
        self._open_record_form(record, account=record.account)

    def add_line(self) -> None:
        """Open an empty form for a line."""
        self._open_line_form(None)

    def edit_line(self, line: LineSettings) -> None:
        """Open the form of a line."""
        self._open_line_form(line)

    def edit_record_of(self, key: RecordKey) -> None:
        """Open the form of the name that this record comes from."""
        kept = next(
            (kept for kept in self.settings().records if kept.name == key.name and key.type in kept.types), None
        )
        if kept is not None:
            self.edit_record(kept)

    # --- settings, written ---

    def remove_account(self, account: AccountSettings) -> None:
        """Forget an account and its secrets."""
        services = self._services
        if services is None:
            return
        secrets = [
            field.name
            for spec in services.desk.providers()
            if spec.id == account.provider
            for field in spec.fields
            if field.secret
        ]

        async def work() -> None:
            await asyncio.to_thread(services.settings_file.remove_account, account.id)
            for name in secrets:
                await services.secrets.delete(account.id, name)
            await services.reload()

        self._change(work(), "remove an account")

    def remove_record(self, record: RecordSettings) -> None:
        """Stop keeping a name."""
        services = self._services
        if services is None:
            return

        async def work() -> None:
            await asyncio.to_thread(services.settings_file.remove_record, record)
            await services.reload()

        self._change(work(), "remove a name")

    def remove_line(self, line: LineSettings) -> None:
        """Forget a line that no name follows."""
        services = self._services
        if services is None:
            return

        async def work() -> None:
            await asyncio.to_thread(services.settings_file.remove_line, line.id)
            await services.reload()

        self._change(work(), "remove a line")

    def set_values(self, changes: Sequence[SettingChange], failed: Callable[[DdnsTrayError], None]) -> None:
        """Change several settings in one write; `failed` is told why they could not be kept."""
        services = self._services
        if services is None or services.is_demo:
            return
        file = services.settings_file

        async def work() -> None:
            try:
                await asyncio.to_thread(file.set_values, changes)
            except DdnsTrayError as exc:
                failed(exc)
            await services.reload()

        self._change(work(), "change settings")

    def set_autostart(self, *, enabled: bool, after: Callable[[], None]) -> None:
        """Start with the session or not; `after` is called when the system has it, or has refused."""
        services = self._services
        if services is None:
            return

        async def work() -> None:
            try:
                await asyncio.to_thread(services.autostart.set_enabled, enabled)
                await asyncio.to_thread(services.settings_file.set_value, "general", "autostart", enabled)
            finally:
                if isValid(self):
                    after()

        self._change(work(), "start with the session")

    # --- what became of it; the window may be gone by then ---

    def tell_changed(self) -> None:
        """Say that the settings on disk are others now."""
        if isValid(self):
            self.changed.emit()

    def tell_failed(self, error: DdnsTrayError) -> None:
        """Say what went wrong, in the log if there is no window any more to say it in."""
        if isValid(self):
            self.failed.emit(error)
        else:
            log.warning("%s", error)

    # --- inside ---

    def _open_account_form(self, account: AccountSettings | None) -> None:
        services = self._services
        if services is None:
            return
        form = AccountForm(
            self.words,
            self._theme,
            self._window,
            providers=services.desk.providers(),
            taken=frozenset(kept.id for kept in self.settings().accounts),
            account=account,
        )

        def test(candidate: AccountSettings, typed: Mapping[str, Secret]) -> None:
            self._spawn(_test(services, form, candidate, typed), "test an account")

        def save(candidate: AccountSettings, typed: Mapping[str, Secret]) -> None:
            self._spawn(self._keep_account(services, form, candidate, typed, before=account), "keep an account")

        form.test_wanted.connect(test)
        form.save_wanted.connect(save)
        form.open()

    async def _keep_account(
        self,
        services: Services,
        form: AccountForm,
        account: AccountSettings,
        typed: Mapping[str, Secret],
        *,
        before: AccountSettings | None,
    ) -> None:
        """Secrets first: an account without them would be half an account, and a keyring may refuse."""
        written: list[str] = []
        try:
            for name, secret in typed.items():
                await services.secrets.set(account.id, name, secret)
                written.append(name)
            replaces = None if before is None else before.id
            await asyncio.to_thread(lambda: services.settings_file.put_account(account, replaces=replaces))
        except DdnsTrayError as exc:
            if before is None:
                for name in written:
                    with contextlib.suppress(DdnsTrayError):  # the first trouble is the one to tell
                        await services.secrets.delete(account.id, name)
            self.refuse(form, exc)
            return
        form.accept()
        await services.reload()
        if before is not None and typed:
            await services.renew_accounts()
        self.tell_changed()

    def _open_record_form(self, record: RecordSettings | None, *, account: str | None) -> None:
        services = self._services
        if services is None:
            return
        settings = self.settings()
        form = RecordForm(
            self.words,
            self._theme,
            self._window,
            accounts=settings.accounts,
            providers=services.desk.providers(),
            record=record,
            account=account,
            lines=settings.lines,
        )

        def save(candidate: RecordSettings) -> None:
            self._spawn(self._keep_record(services, form, record, candidate), "keep a name")

        form.save_wanted.connect(save)
        form.open()

    def _open_line_form(self, line: LineSettings | None) -> None:
        services = self._services
        if services is None:
            return
        form = LineForm(
            self.words,
            self._theme,
            self._window,
            line=line,
            others=tuple(each for each in self.settings().lines if line is None or each.id != line.id),
            interfaces=services.interfaces(),
        )
        replaces = None if line is None else line.id

        async def keep(candidate: LineSettings) -> None:
            try:
                await asyncio.to_thread(lambda: services.settings_file.put_line(candidate, replaces=replaces))
            except DdnsTrayError as exc:
                self.refuse(form, exc)
                return
            form.accept()
            await services.reload()
            self.tell_changed()

        form.save_wanted.connect(lambda candidate: self._spawn(keep(candidate), "keep a line"))
        form.open()

    def refuse(self, form: Form, error: DdnsTrayError) -> None:
        """Say in the form why it was not kept; in the window, if somebody has closed the form meanwhile."""
        if form.is_open():
            form.show_problem(error)
        else:
            self.tell_failed(error)

    def _take_language(self) -> tuple[SettingChange, ...]:
        """The language chosen at the welcome, to be kept along with something else."""
        return () if self.language is None else (("general", "language", self.language),)

    def _keep_language(self) -> None:
        changes, self.language = self._take_language(), None
        if self._services is not None and changes:
            self._services.settings_file.set_values(changes)

    async def _keep_record(
        self, services: Services, form: RecordForm, before: RecordSettings | None, record: RecordSettings
    ) -> None:
        try:
            await asyncio.to_thread(lambda: services.settings_file.put_record(record, replaces=before))
            await asyncio.to_thread(self._keep_language)
        except DdnsTrayError as exc:
            self.refuse(form, exc)
            return
        form.accept()
        await services.reload()
        self.tell_changed()

    def _change(self, work: Coroutine[object, object, None], name: str) -> None:
        async def guarded() -> None:
            try:
                await work
            except DdnsTrayError as exc:
                self.tell_failed(exc)
            self.tell_changed()

        self._spawn(guarded(), name)

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> None:
        if self._services is None:
            work.close()
        else:
            self._services.spawn(work, name)


async def _update(services: Services, names: tuple[str, ...]) -> None:
    await services.engine.update_now(names)


async def _test(services: Services, form: AccountForm, account: AccountSettings, typed: Mapping[str, Secret]) -> None:
    try:
        report = await services.desk.test(account, typed)
    except DdnsTrayError as exc:
        form.show_problem(exc)
    else:
        form.show_report(report)
