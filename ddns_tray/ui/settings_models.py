"""Accounts, lines and names of the settings file as tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ddns_tray.ui.display import readable_name
from ddns_tray.ui.models import ROOT, Index, TableModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QObject

    from ddns_tray.core.model import ProviderSpec
    from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings, Settings
    from ddns_tray.words import Words


class AccountsModel(TableModel):
    """One row an account."""

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__((words.tr("Account"), words.tr("Provider"), words.tr("Names")), parent)
        self._rows: list[tuple[AccountSettings, str, int]] = []

    def show_settings(self, settings: Settings, specs: Mapping[str, ProviderSpec]) -> None:
        """Take the accounts of the file."""
        used = Counter(record.account for record in settings.records)
        self.beginResetModel()
        self._rows = [
            (each, specs[each.provider].title if each.provider in specs else each.provider, used[each.id])
            for each in settings.accounts
        ]
        self.endResetModel()

    def at(self, row: int) -> AccountSettings:
        """The account in a row."""
        return self._rows[row][0]

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many accounts there are."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int) -> str:
        """One fact of one account."""
        account, title, names = self._rows[row]
        return (account.id, title, str(names))[column]


class LinesModel(TableModel):
    """One row a line."""

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__((words.tr("Line name"), words.tr("Way"), words.tr("Sources"), words.tr("Names")), parent)
        self._words = words
        self._rows: list[tuple[LineSettings, int]] = []

    def show_settings(self, settings: Settings) -> None:
        """Take the lines of the file."""
        used = Counter(line for record in settings.records for line in record.line)
        self.beginResetModel()
        self._rows = [(each, used[each.id]) for each in settings.lines]
        self.endResetModel()

    def at(self, row: int) -> LineSettings:
        """The line in a row."""
        return self._rows[row][0]

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many lines there are."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int) -> str:
        """One fact of one line."""
        line, names = self._rows[row]
        own = self._words.listing(line.sources) if line.sources else self._words.tr("as under “Address sources”")
        return (line.id, line.interface or line.local_address, own, str(names))[column]


class NamesModel(TableModel):
    """One row a record setting."""

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__((words.tr("Name"), words.tr("Types"), words.tr("Account"), words.tr("TTL")), parent)
        self._words = words
        self._rows: tuple[RecordSettings, ...] = ()

    def show_settings(self, settings: Settings) -> None:
        """Take the names of the file."""
        self.beginResetModel()
        self._rows = settings.records
        self.endResetModel()

    def at(self, row: int) -> RecordSettings:
        """The record setting in a row."""
        return self._rows[row]

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many names there are."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int) -> str:
        """One fact of one name."""
        record = self._rows[row]
        match column:
            case 0:
                return readable_name(record.name)
            case 1:
                return ", ".join(record.types)
            case 2:
                return record.account or self._words.tr("watched only")
            case _:
                return "" if record.ttl is None else self._words.tr("{seconds} s", seconds=record.ttl)
