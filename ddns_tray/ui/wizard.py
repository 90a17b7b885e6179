"""The first run inside the window: who hosts the DNS, what the service needs, which names, and how they stand.

Every page shows what `SetUp` knows, and tells it what the person does. Enter goes on, Escape and Alt+Left go back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ddns_tray.core.errors import (
    ProviderUnavailable,
    RateLimited,
    SecretError,
    TransportError,
    UnexpectedAnswer,
    UsageError,
)
from ddns_tray.core.model import Family
from ddns_tray.ui.account_fields import report_title, trimmed_notice
from ddns_tray.ui.controls import heading, muted, paragraph, primary
from ddns_tray.ui.tab_order import set_tab_order
from ddns_tray.ui.wizard_account import FieldsStep, ServiceStep
from ddns_tray.ui.wizard_done import DoneStep
from ddns_tray.ui.wizard_names import NamesStep
from ddns_tray.ui.wizard_parts import STEPS, ResultLine, StepBars, small_caption
from ddns_tray.ui.wizard_work import SECRETS_FILE, OutsideZones, Step
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ddns_tray.core.model import AccountReport, RecordType, Snapshot
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.wizard_work import SetUp
    from ddns_tray.words import Words

_WIDTH = 640
_ALL_THE_ROOM = 16777215
_SHOWN_AT_END = 8
_NUMBERS = {Step.SERVICE: 2, Step.FIELDS: 3, Step.NAMES: 4, Step.DONE: 4}
_NOT_THE_PERSONS_FAULT = (TransportError, ProviderUnavailable, RateLimited, UnexpectedAnswer)


class Wizard(QWidget):
    """One look at a `SetUp`; a new language or theme makes a new one."""

    left = Signal()
    """Back from the first step: to the welcome."""
    finished = Signal()

    def __init__(self, words: Words, theme: Theme, now: Callable[[], float], work: SetUp) -> None:
        super().__init__()
        self._words = words
        self._theme = theme
        self._now = now
        self.work = work
        self._snapshot: Snapshot | None = None
        self._shown: Step | None = None
        self._count = small_caption("", theme)
        self._bars = StepBars(theme)
        self._title = heading("")
        self._about = muted(paragraph(""), theme.tokens)
        self.service = ServiceStep(words, theme, work.providers)
        self.fields = FieldsStep(words, theme)
        self.names = NamesStep(words, theme)
        self._done = DoneStep(words, theme)
        self.result = ResultLine(theme)
        self.back = QPushButton(words.tr("Back"))
        self.other = QPushButton()
        self.next = primary(QPushButton())
        self._pages = QStackedWidget()
        for page in (self.service, self.fields, self.names, self._done):
            self._pages.addWidget(page)
        self._lay_out()
        self._connect()
        self._refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Our address, and how the new names stand."""
        self._snapshot = snapshot
        self._refresh()

    def keep_typed(self) -> None:
        """Another wizard will show this work: what was typed goes with it."""
        if self.work.step is Step.FIELDS:
            self.work.remember(self.fields.values())

    def tick(self) -> None:
        """Another second: countdowns at the end go on."""
        if self.work.step is Step.DONE:
            self._refresh()

    # --- inside ---

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        buttons.addWidget(self.other)
        buttons.addWidget(self.next)
        inner = QWidget()
        inner.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._count)
        column.addWidget(self._bars)
        column.addSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._about)
        column.addSpacing(6)
        column.addWidget(self._pages, 1000)
        column.addWidget(self.result)
        column.addStretch(1)
        column.addSpacing(6)
        column.addLayout(buttons)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(28, 24, 28, 24)
        outer.addStretch(1)
        outer.addWidget(inner, 1000)
        outer.addStretch(1)

    def _connect(self) -> None:
        work = self.work
        work.changed.connect(self._refresh)
        self.service.show_chosen(work.spec)
        self.service.chosen.connect(self._on_service)
        self.service.accepted.connect(self._on_next)
        self.service.narrowed.connect(self._refresh)
        self.fields.reshaped.connect(self._fit)
        self.fields.edited.connect(self._on_edited)
        self.fields.accepted.connect(self._on_next)
        self.fields.pasted.connect(self._on_pasted)
        self.names.zone_wanted.connect(work.look_into)
        self.names.toggled.connect(lambda key, wanted: work.select(key, wanted=wanted))
        self.names.add_wanted.connect(self._on_add)
        self.back.clicked.connect(self._on_back)
        self.next.clicked.connect(self._on_next)
        self.other.clicked.connect(self._on_other)
        for keys in (QKeySequence(Qt.Key.Key_Escape), QKeySequence("Alt+Left")):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._on_back)

    def _on_service(self, spec: object) -> None:
        # A search that fits nothing leaves the list without a choice; that is no reason to forget the old one.
        if spec is not None:
            self.work.choose(spec)  # type: ignore[arg-type]  # the picker carries specs alone

    def _on_edited(self) -> None:
        work = self.work
        if work.report is not None or work.problem is not None or work.busy or work.missing is not None:
            work.missing = None
            work.forget_test()

    def _on_pasted(self) -> None:
        """Somebody who pastes a token has all of it: try it without being asked, once nothing is missing."""
        work = self.work
        if work.step is Step.FIELDS and not work.busy and work.is_complete(self.fields.values()):
            work.test(self.fields.values())

    def _on_add(self, written: str, types: tuple[RecordType, ...]) -> None:
        words = self._words
        try:
            self.work.add_name(written, types)
        except UsageError as exc:
            title, hint = words.problem(exc.problem)
            if isinstance(exc, OutsideZones):
                hint = words.tr("It sees {zones}.", zones=words.listing(self.work.zones, _SHOWN_AT_END))
            self.result.say(Shape.WARNING, title, hint)
            self.names.name.setFocus()
        else:
            self.names.name_taken()

    def _on_back(self) -> None:
        if self.work.step is Step.SERVICE:
            self.left.emit()
        elif self.work.step is not Step.DONE:
            self.work.go_back()

    def _on_next(self) -> None:
        work = self.work
        if not self.next.isEnabled():
            return
        match work.step:
            case Step.SERVICE:
                work.go_on()
            case Step.FIELDS if work.report is not None:
                work.go_on()
            case Step.FIELDS:
                work.test(self.fields.values())
                if work.missing is not None:
                    self.fields.field(work.missing.name).setFocus()
            case Step.NAMES:
                work.start()
            case Step.DONE:
                self.finished.emit()

    def _on_other(self) -> None:
        """The second way: on without a test, a file in place of a keyring, or the list once more."""
        if self.work.step is Step.FIELDS:
            self.work.go_on()
        elif self.work.can_use_file:
            self.work.start(in_file=True)
        elif self.work.zone is not None:
            self.work.look_into(self.work.zone)

    # --- shown ---

    def _refresh(self) -> None:
        work, words = self.work, self._words
        step = work.step
        number = _NUMBERS[step]
        said = words.tr("Set up · {step} of {steps}", step=number, steps=STEPS)
        self._count.setText(said)
        self._bars.show_step(number, words.tr("Step {step} of {steps}", step=number, steps=STEPS))
        show = {
            Step.SERVICE: self._show_service,
            Step.FIELDS: self._show_fields,
            Step.NAMES: self._show_names,
            Step.DONE: self._show_done,
        }[step]
        self.other.setVisible(False)
        self.back.setVisible(step is not Step.DONE)
        self.back.setEnabled(not work.is_saving)
        show()
        self._say_how_it_stands()
        if step is not self._shown:
            self._shown = step
            set_tab_order(self)
            self._pages.setCurrentIndex(list(Step).index(step))
            self._fit()
            self.focus_step()

    def _say_title(self, title: str, about: str, button: str, *, enabled: bool) -> None:
        self._title.setText(title)
        self._about.setText(about)
        self.next.setText(button)
        self.next.setEnabled(enabled)
        self.setAccessibleName(title)
        self.setAccessibleDescription(about)

    def _fit(self) -> None:
        """Fields are as high as they are, so that what a test found stands right below them; lists take the room."""
        is_form = self._shown is Step.FIELDS
        self._pages.setMaximumHeight(self.fields.wanted_height() if is_form else _ALL_THE_ROOM)

    def focus_step(self) -> None:
        """Put the keyboard where this step begins."""
        match self._shown:
            case Step.SERVICE:
                self.service.picker.search.setFocus()
            case Step.FIELDS:
                self.fields.focus_first()
            case Step.NAMES:
                (self.names.table if self.work.zones else self.names.name).setFocus()
            case _:
                self.next.setFocus()

    def _show_service(self) -> None:
        words, spec = self._words, self.work.spec
        self._say_title(
            words.tr("Who hosts your DNS?"),
            words.tr("The service where you set where your names lead. Type a part of its name, in any language."),
            words.tr("Next"),
            enabled=spec is not None and self.service.shows_choice(),
        )

    def _show_fields(self) -> None:
        words, work = self._words, self.work
        if work.spec is None:
            return
        self.fields.show_service(work)
        secret = any(field.secret for field in work.spec.fields)
        about = words.tr("Tokens and passwords are kept in this computer's keyring, nowhere else.")
        if work.report is not None:
            button = words.tr("Choose names")
        elif work.problem is not None:
            button = words.tr("Try again")
        else:
            button = words.tr("Test")
        self._say_title(
            words.tr("Your account at {service}", service=work.spec.title),
            about if secret else words.tr("Nothing is written before the last step."),
            button,
            enabled=not work.busy,
        )
        self.other.setText(words.tr("Continue without a test"))
        self.other.setVisible(isinstance(work.problem, _NOT_THE_PERSONS_FAULT))

    def _show_names(self) -> None:
        words, work = self._words, self.work
        mine = self._mine()
        self.names.show_work(work, mine)
        chosen = len(work.chosen())
        if mine:
            about = words.tr("Your public address is {addresses}.", addresses=words.listing(list(mine.values())))
        else:
            about = words.tr("Your public address is not known yet; the names follow as soon as it is.")
        if not work.zones:
            hand = words.tr("This service does not list its names here. Type those that you want to keep.")
            about = f"{about}\n{hand}"
        self._say_title(
            words.tr("Choose the names to keep"),
            about,
            self._start_button(chosen),
            enabled=bool(chosen) and not work.busy,
        )
        if work.can_use_file:
            self.other.setText(words.tr("Keep it in an unencrypted file"))
            self.other.setVisible(True)
        else:
            self.other.setText(words.tr("Read the list again"))
            self.other.setVisible(work.problem is not None and bool(work.zones) and not work.is_listed)

    def _start_button(self, chosen: int) -> str:
        words = self._words
        if isinstance(self.work.problem, SecretError):
            return words.tr("Try again")
        if not chosen:
            return words.tr("Start")
        return words.ntr("Start with {count} record", "Start with {count} records", chosen, count=chosen)

    def _show_done(self) -> None:
        words, keys = self._words, self.work.chosen()
        self._say_title(
            words.tr("All set"),
            words.tr("From now on DDNS Tray keeps this true, and shows at the icon how it stands."),
            words.tr("Show the names"),
            enabled=True,
        )
        self._done.show_records(keys, self._snapshot, self._now())

    def _say_how_it_stands(self) -> None:
        words, work = self._words, self.work
        if work.is_saving:
            self.result.say(Shape.BUSY, words.tr("Saving…"))
        elif work.busy and work.step is Step.FIELDS:
            self.result.say(Shape.BUSY, words.tr("Trying it, without writing anything…"))
        elif work.busy:
            self.result.say(Shape.BUSY, words.tr("Reading the names of {zone}…", zone=work.zone or ""))
        elif work.problem is not None:
            title, hint = words.problem(work.problem.problem)
            if work.can_use_file:
                more = words.tr(
                    "Or keep it in the file {name} beside the settings: only you can read it, but it is not encrypted.",
                    name=SECRETS_FILE,
                )
                hint = f"{hint}\n{more}"
            self.result.say(Shape.CROSS, title, hint)
        elif work.step is Step.FIELDS and work.missing is not None:
            self.result.say(Shape.WARNING, words.tr("“{field}” is still empty.", field=words.say(work.missing.label)))
        elif work.step is Step.FIELDS and work.report is not None:
            self.result.say(*self._reported(work.report))
        else:
            self.result.clear()

    def _reported(self, report: AccountReport) -> tuple[Shape, str, str]:
        words, work = self._words, self.work
        remarks = [words.say(remark) for remark in report.remarks]
        if work.trimmed is not None:
            remarks.append(trimmed_notice(words, work.trimmed))
        return *report_title(words, report), "\n".join(remarks)

    def _mine(self) -> Mapping[Family, str]:
        found = self._snapshot.addresses if self._snapshot is not None else {}
        return {
            family: str(found[family].address)
            for family in Family
            if family in found and found[family].address is not None
        }
