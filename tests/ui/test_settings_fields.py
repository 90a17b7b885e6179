"""Sections of the settings as fields: what is typed is judged at once, kept on Save, and until then can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QSpinBox

from ddns_tray.core.settings import AddressSettings, Settings
from ddns_tray.core.settings_schema import settings_of
from ddns_tray.store.config import ConfigFile
from ddns_tray.ui.qt_words import QtWords
from ddns_tray.ui.settings_fields import ADDRESS_SECTIONS, VERIFY_SECTIONS, SettingsSections
from ddns_tray.ui.window import MainWindow, Page
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW, FakeAutostart

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import FakeEngine, FakeSettingsFile, Tasks

    Behind = tuple[Services, FakeEngine, FakeSettingsFile]


@pytest.fixture
def address(qtbot: QtBot, theme: Theme) -> SettingsSections:
    return page(qtbot, theme, ADDRESS_SECTIONS)


def page(qtbot: QtBot, theme: Theme, sections: tuple[str, ...]) -> SettingsSections:
    made = SettingsSections(Words("en"), theme, sections)
    qtbot.addWidget(made)
    made.show_settings(Settings())
    with qtbot.waitExposed(made):
        made.show()
    return made


def write(sections: SettingsSections, section: str, key: str, typed: str) -> None:
    control = sections.fields[section, key].control
    assert isinstance(control, QPlainTextEdit)
    control.setPlainText(typed)


@pytest.mark.parametrize("sections", [ADDRESS_SECTIONS, VERIFY_SECTIONS])
def test_every_key_of_a_section_has_a_field_with_label_and_help(
    qtbot: QtBot, theme: Theme, sections: tuple[str, ...]
) -> None:
    made = page(qtbot, theme, sections)
    assert set(made.fields) == {(rule.section, rule.key) for section in sections for rule in settings_of(section)}
    for field in made.fields.values():
        assert field.control.accessibleName() == str(field.rule.label)
        assert str(field.rule.help) in field.control.accessibleDescription()
    assert made.changes() == [], "the settings as they are show as unchanged"
    assert not made.save.isEnabled()


def test_what_is_wrong_is_said_while_it_is_typed(address: SettingsSections) -> None:
    write(address, "address", "sources", "https\nstatic:not-an-address")
    field = address.fields["address", "sources"]
    assert "not-an-address is not an IP address." in field.problem.text()
    assert not address.save.isEnabled()
    write(address, "address", "sources", "https\nstatic:192.0.2.1")
    assert field.problem.text() == ""
    assert address.save.isEnabled()


def test_a_duration_out_of_range_is_refused_with_the_limit(address: SettingsSections) -> None:
    field = address.fields["address", "interval"]
    field.show_value("1s")
    assert "The smallest value is 5s." in field.problem.text()
    field.show_value("5m")
    assert field.problem.text() == ""


def test_undo_shows_what_is_on_disk(address: SettingsSections) -> None:
    write(address, "address", "sources", "nonsense")
    address.undo.click()
    assert address.changes() == []
    assert address.fields["address", "sources"].problem.text() == ""
    assert not address.undo.isEnabled()


def test_what_is_being_typed_survives_settings_that_change_elsewhere(address: SettingsSections) -> None:
    write(address, "address", "sources", "stun")
    address.show_settings(Settings(address=AddressSettings(quorum=3)))
    assert address.changes() == [("address", "sources", ["stun"])]
    quorum = address.fields["address", "quorum"].control
    assert isinstance(quorum, QSpinBox)
    assert quorum.value() == 3


async def test_only_what_changed_is_kept_and_an_empty_list_of_sources_is_the_default(
    qtbot: QtBot, theme: Theme, behind: Behind, tasks: Tasks
) -> None:
    window = opened(qtbot, theme, behind)
    made = window.settings.address
    write(made, "address", "sources", "")
    write(made, "address.ipv6", "sources", "interface:eth0")
    made.save.click()
    await tasks.drain()
    assert behind[2].values == [
        ("address", "sources", "the default"),
        ("address.ipv6", "sources", ["interface:eth0"]),
    ]


async def test_what_only_the_whole_file_can_refuse_is_said_beside_save(
    qtbot: QtBot, theme: Theme, behind: Behind, tasks: Tasks, tmp_path: Path
) -> None:
    file = ConfigFile(tmp_path / "real.toml", providers={})
    window = opened(qtbot, theme, (replace(behind[0], settings_file=file), behind[1], behind[2]))
    made = window.settings.verify
    write(made, "verify", "resolvers", "")
    authoritative = made.fields["verify", "authoritative"].control
    assert isinstance(authoritative, QCheckBox)
    authoritative.setChecked(False)
    made.save.click()
    await tasks.drain()
    assert "There is nobody to ask" in made.result.text()
    authoritative.setChecked(True)
    assert made.result.text() == ""
    assert made.changes() == []


async def test_a_program_that_was_moved_offers_to_start_itself(
    qtbot: QtBot, theme: Theme, behind: Behind, tasks: Tasks
) -> None:
    autostart = behind[0].autostart
    assert isinstance(autostart, FakeAutostart)
    autostart.elsewhere = True
    window = opened(qtbot, theme, behind)
    general = window.settings
    general.tabs.setCurrentIndex(4)
    assert "another copy" in general.moved.text()
    general.repair.click()
    await tasks.drain()
    assert autostart.enabled
    assert not general.repair.isVisible()
    assert general.autostart.isChecked()


def opened(qtbot: QtBot, theme: Theme, behind: Behind) -> MainWindow:
    window = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(window)
    window.attach(behind[0])
    window.show_snapshot(snapshots.green())
    window.show()
    window.show_page(Page.SETTINGS)
    return window


def test_qt_speaks_the_language_of_the_program(qtbot: QtBot) -> None:
    del qtbot
    before = QCoreApplication.translate("QPlatformTheme", "Cancel")
    words = QtWords()
    words.speak("zh_CN")
    try:
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    finally:
        words.speak("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == before
