"""A name to keep or to watch."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QWidget

from ddns_tray.core.errors import UsageError
from ddns_tray.core.model import AddressView, RecordType
from ddns_tray.core.names import canonical_name
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.settings_faults import Faults
from ddns_tray.core.settings_schema import setting
from ddns_tray.core.settings_values import check_address
from ddns_tray.core.settings_ways import check_line_of_record
from ddns_tray.core.text import text
from ddns_tray.ui.controls import CalmSpinBox
from ddns_tray.ui.display import readable_name
from ddns_tray.ui.forms import Form, add_field, add_gap, field_form
from ddns_tray.ui.line_order import LineOrder
from ddns_tray.ui.settings_field import SettingField
from ddns_tray.ui.wizard_parts import ResultLine
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import ProviderSpec
    from ddns_tray.core.settings import AccountSettings, LineSettings
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_AROUND = "\"'`“”‘’<>(),;"  # noqa: RUF001 - the very signs that come along
_UNSEEN = re.compile("[\u200b-\u200f\u2028\u2029\u2060\ufeff]")
"""Signs without width, which come along from web pages."""
_BETWEEN = r"[\s,;，、]+"  # noqa: RUF001 - in Chinese texts a comma is a wide one
_MOST_TTL = 2147483647  # RFC 2181 §8
_TTL_AS_IT_IS = -1
_VIEWS = (AddressView.AUTO, AddressView.HOME, AddressView.WORLD)
_AS_IT_IS, _YES, _NO = None, True, False


class RecordForm(Form):
    """It only tells what is wanted: a `RecordSettings`."""

    save_wanted = Signal(object)

    def __init__(
        self,
        words: Words,
        theme: Theme,
        parent: QWidget | None,
        *,
        accounts: Sequence[AccountSettings],
        providers: Sequence[ProviderSpec],
        record: RecordSettings | None,
        account: str | None,
        lines: Sequence[LineSettings] = (),
    ) -> None:
        super().__init__(words, theme, parent)
        self._record = record
        self._account = account
        self._specs = {spec.id: spec for spec in providers}
        self._accounts = {each.id: each for each in accounts}
        self._lines = tuple(lines)
        self.build()

    def _title(self) -> str:
        if self._record is not None:
            return readable_name(self._record.name)
        return self.words.tr("Watch a name") if self._account is None else self.words.tr("Keep a name")

    def _typed(self) -> Sequence[QWidget]:
        return (
            self.name,
            self.a,
            self.aaaa,
            self.account,
            self.ttl,
            self.proxied,
            self.comment,
            self.expected,
            self.ipv6_host,
            self.line,
            self.view,
            self.allow_private,
        )

    def speak(self, words: Words) -> None:
        """As every form; what is said of the fields is said again."""
        super().speak(words)
        self._explain_name(complete=True)
        self._check_addresses()

    def _fill(self) -> None:
        words, theme = self.words, self.theme
        self.name = QLineEdit("" if self._record is None else readable_name(self._record.name))
        self.name.setPlaceholderText("home.example.org")
        self.understood = ResultLine(theme)
        self.a = QCheckBox(words.tr("IPv4 (A)"))
        self.aaaa = QCheckBox(words.tr("IPv6 (AAAA)"))
        self.account = QComboBox()
        self.account.addItem(words.tr("Nobody: only watch it"), None)
        for each in self._accounts.values():
            spec = self._specs.get(each.provider)
            self.account.addItem(each.id if spec is None else f"{each.id} · {spec.title}", each.id)
        self.ttl = CalmSpinBox()
        self.ttl.setRange(_TTL_AS_IT_IS, _MOST_TTL)
        self.ttl.setValue(_TTL_AS_IT_IS)
        self.ttl.setSpecialValueText(words.tr("as it is"))
        self.ttl.setSuffix(words.tr(" s"))
        self.proxied = QComboBox()
        for value, said in ((_AS_IT_IS, words.tr("as it is")), (_YES, words.tr("on")), (_NO, words.tr("off"))):
            self.proxied.addItem(said, value)
        self.comment = SettingField(words, theme, setting("record", "comment"), wide=True)
        self.expected = QLineEdit()
        self.unexpected = ResultLine(theme)
        self.ipv6_host = SettingField(words, theme, setting("record", "ipv6_host"), wide=True)
        self.line = LineOrder(words, self._lines)
        self.view = QComboBox()
        for view, said in (
            (AddressView.AUTO, words.tr("not chosen: nothing is written while the two differ")),
            (AddressView.HOME, words.tr("the address of my own line")),
            (AddressView.WORLD, words.tr("the address that the world sees")),
        ):
            self.view.addItem(said, view)
        self.allow_private = QCheckBox(words.tr("Also keep an address that is not reachable from outside"))
        self._show_known(self._record, self._account)
        self._lay_out()
        self.account.currentIndexChanged.connect(self._show_what_fits)
        self.aaaa.toggled.connect(self._show_what_fits)
        self.line.changed.connect(self._show_what_fits)
        self.line.changed.connect(self._check_addresses)
        self.save.clicked.connect(self._on_save)
        self.name.textEdited.connect(lambda: self._explain_name(complete=False))
        self.name.editingFinished.connect(lambda: self._explain_name(complete=True))
        self.expected.editingFinished.connect(self._check_addresses)
        self._show_what_fits()

    def _measure(self) -> None:
        self.line.fit()

    def _show_known(self, record: RecordSettings | None, account: str | None) -> None:
        types = (RecordType.A,) if record is None else record.types
        self.a.setChecked(RecordType.A in types)
        self.aaaa.setChecked(RecordType.AAAA in types)
        self.account.setCurrentIndex(max(0, self.account.findData(account)))
        if record is None:
            return
        self.ttl.setValue(_TTL_AS_IT_IS if record.ttl is None else record.ttl)
        self.proxied.setCurrentIndex([_AS_IT_IS, _YES, _NO].index(record.proxied))
        self.expected.setText(", ".join(record.expected))
        self.allow_private.setChecked(record.allow_private)
        self.comment.show_value(record.comment or "")
        self.ipv6_host.show_value(record.ipv6_host)
        self.line.put_back(record.line)
        self.view.setCurrentIndex(_VIEWS.index(record.view))

    def _lay_out(self) -> None:
        words, theme = self.words, self.theme
        form = field_form()
        add_field(form, words.tr("Name"), self.name, "", theme, below=self.understood)
        types = QWidget()
        row = QHBoxLayout(types)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.a)
        row.addWidget(self.aaaa)
        row.addStretch(1)
        add_field(form, words.tr("Addresses"), types, "", theme)
        kept_by = words.tr("The account whose provider hosts the zone of this name.")
        add_field(form, words.tr("Kept by"), self.account, kept_by, theme)
        self._writing, writing = _together()
        ttl_help = words.tr("How long resolvers may keep an answer. 60 s makes changes visible quickly.")
        add_field(writing, words.tr("TTL"), self.ttl, ttl_help, theme)
        writing.addRow(self.comment)
        add_gap(writing)
        form.addRow(self._writing)
        self._proxy, proxy = _together()
        add_field(proxy, words.tr("Proxy of the provider"), self.proxied, "", theme)
        form.addRow(self._proxy)
        fixed = words.tr("Leave it empty to expect your public address. Several addresses are separated by commas.")
        add_field(form, words.tr("Expected addresses"), self.expected, fixed, theme, below=self.unexpected)
        self._follows, follows = _together()
        order = words.tr(
            "The name has the address of the first of these lines that is up. None ticked: it follows the way that the"
            " system takes."
        )
        add_field(follows, words.tr("Lines"), self.line, order, theme)
        self._neighbour, neighbour = _together()
        neighbour.addRow(self.ipv6_host)
        add_gap(neighbour)
        form.addRow(self._neighbour)
        form.addRow(self._follows)
        self._behind_vpn, behind = _together()
        vpn = words.tr("Whose address the name shall have while the traffic of this computer leaves through a VPN.")
        add_field(behind, words.tr("Behind a VPN"), self.view, vpn, theme)
        form.addRow(self._behind_vpn)
        form.addRow(self.allow_private)
        self.column.addLayout(form)
        self.column.addStretch(1)

    def _show_what_fits(self) -> None:
        account = self._accounts.get(self.account.currentData() or "")
        spec = None if account is None else self._specs.get(account.provider)
        self._writing.setVisible(account is not None)
        self._neighbour.setVisible(self.aaaa.isChecked())
        self._follows.setVisible(bool(self._lines))
        self._behind_vpn.setVisible(not self.line.kept())
        self._proxy.setVisible(spec is not None and spec.capabilities.proxied)

    def _explain_name(self, *, complete: bool) -> None:
        """Say how a pasted name is understood; and, once it is complete, why it cannot be."""
        if not self.is_open():
            return
        typed = self.name.text()
        try:
            name = canonical_name(bare_name(typed))
        except UsageError as exc:
            if complete and typed.strip():
                self.understood.say(Shape.WARNING, *self.words.problem(exc.problem))
            else:
                self.understood.clear()
            return
        if readable_name(name) == typed:
            self.understood.clear()
        else:
            self.understood.say(Shape.CHECK, understood_name(self.words, name))

    def _addresses(self) -> tuple[str, ...]:
        return tuple(part for part in re.split(_BETWEEN, self.expected.text()) if part)

    def _check_addresses(self) -> None:
        """Say at once which of the expected addresses is none, and that such a name follows no line."""
        if not self.is_open():
            return
        self.unexpected.clear()
        addresses, lines = self._addresses(), self.line.kept()
        faults = Faults()
        try:
            for written in addresses:
                check_address(written)
        except UsageError as exc:
            faults.add_error((), exc)
        wanted = RecordSettings(self.name.text().strip(), (), expected=addresses, line=lines)
        check_line_of_record(wanted, lines, (), faults)
        for fault in faults.found[:1]:
            hint = "" if fault.hint is None else self.words.say(fault.hint)
            self.unexpected.say(Shape.WARNING, self.words.say(fault.title), hint)

    def _on_save(self) -> None:
        try:
            record = self._filled()
        except UsageError as exc:
            self.show_problem(exc)
            return
        self.set_busy(busy=True)
        self.save_wanted.emit(record)

    def _filled(self) -> RecordSettings:
        name = canonical_name(bare_name(self.name.text()))
        types = tuple(
            record_type
            for box, record_type in ((self.a, RecordType.A), (self.aaaa, RecordType.AAAA))
            if box.isChecked()
        )
        if not types:
            raise UsageError(text("Choose IPv4, IPv6, or both."))
        account = self.account.currentData()
        base = self._record or RecordSettings(name, types)
        return replace(
            base,
            name=name,
            types=types,
            account=account,
            ttl=None if account is None or self.ttl.value() == _TTL_AS_IT_IS else self.ttl.value(),
            proxied=self.proxied.currentData() if self._proxy.isVisibleTo(self) else None,
            comment=str(self.comment.value() or "") or None if account is not None else None,
            ipv6_host=str(self.ipv6_host.value() or "") if RecordType.AAAA in types else "",
            allow_private=self.allow_private.isChecked(),
            line=self.line.kept(),
            view=AddressView.AUTO if self.line.kept() else AddressView(self.view.currentData()),
            expected=self._addresses(),
        )


def _together() -> tuple[QWidget, QFormLayout]:
    """A place for fields that are shown together or not at all."""
    holder, form = QWidget(), field_form()
    form.setContentsMargins(0, 0, 0, 0)
    holder.setLayout(form)
    return holder, form


def bare_name(typed: str) -> str:
    """The host name in what people paste: an address of a web page, a name with a port, quoted, or with blanks around.

    An IP address stays one, so that it can be refused as such.
    """
    bare = _UNSEEN.sub("", typed).strip().strip(_AROUND).strip()
    if "://" in bare:
        bare = bare.split("://", 1)[1]
    bare = re.split(r"[/?#\\]", bare, maxsplit=1)[0].rsplit("@", 1)[-1]
    if bare.startswith("[") or bare.count(":") > 1:
        return bare.removeprefix("[").partition("]")[0]
    return bare.split(":", 1)[0].strip().strip(_AROUND)


def understood_name(words: Words, name: str) -> str:
    """How a name that was pasted is taken; one of other letters than Latin is shown as the DNS has it too."""
    shown = readable_name(name)
    if shown == name:
        return words.tr("Understood as {name}.", name=name)
    return words.tr("Understood as {name}, in the DNS {written}.", name=shown, written=name)
