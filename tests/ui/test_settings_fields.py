"""Sections of the settings as fields: what is typed is judged at once, kept on Save, and until then can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox

from ddns_tray.core.settings import AddressSettings, Settings
from ddns_tray.core.settings_schema import ARRAY_SECTIONS, SETTINGS
from ddns_tray.store.config import ConfigFile
from ddns_tray.ui.qt_words import QtWords
from ddns_tray.ui.settings_fields import SettingsFields, Topic, rules_of
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
def address(qtbot: QtBot, theme: Theme) -> SettingsFields:
    return page(qtbot, theme, Topic.SOURCES)


def page(qtbot: QtBot, theme: Theme, topic: Topic, *, at_once: bool = False) -> SettingsFields:
    made = SettingsFields(Words("en"), theme, topic, at_once=at_once)
    qtbot.addWidget(made)
    made.show_settings(Settings())
    with qtbot.waitExposed(made):
        made.show()
    return made


def write(sections: SettingsFields, section: str, key: str, typed: str) -> None:
    control = sections.fields[section, key].control
    assert isinstance(control, QPlainTextEdit)
    control.setPlainText(typed)


def test_every_key_that_a_person_can_set_is_on_exactly_one_page() -> None:
    shown = [(rule.section, rule.key) for topic in Topic for rule in rules_of(topic)]
    everything = {
        (rule.section, rule.key) for rule in SETTINGS if rule.section not in ARRAY_SECTIONS and not rule.later
    }
    assert len(shown) == len(set(shown))
    assert set(shown) == everything - {("general", "autostart")}, "autostart is shown as the system has it"


@pytest.mark.parametrize("topic", Topic)
def test_every_key_of_a_page_has_a_field_with_label_and_help(qtbot: QtBot, theme: Theme, topic: Topic) -> None:
    made = page(qtbot, theme, topic)
    assert set(made.fields) == {(rule.section, rule.key) for rule in rules_of(topic)}
    for field in made.fields.values():
        assert field.control.accessibleName() == str(field.rule.label)
        assert str(field.rule.help) in field.control.accessibleDescription()
    assert made.changes() == [], "the settings as they are show as unchanged"
    assert not made.save.isEnabled()


@pytest.mark.parametrize("topic", Topic)
def test_no_two_fields_of_a_page_have_the_same_label(qtbot: QtBot, theme: Theme, topic: Topic) -> None:
    made = page(qtbot, theme, topic)
    labels = [(field.rule.section, str(field.rule.label)) for field in made.fields.values()]
    assert len(labels) == len(set(labels))


def test_choices_speak_the_language_of_the_person(qtbot: QtBot, theme: Theme) -> None:
    made = SettingsFields(Words("zh_CN"), theme, Topic.GENERAL)
    qtbot.addWidget(made)
    language = made.fields["general", "language"].control
    assert isinstance(language, QComboBox)
    assert [language.itemText(row) for row in range(3)] == ["跟随系统", "English", "简体中文"]


def test_a_page_without_save_wants_each_change_as_soon_as_it_is_complete(qtbot: QtBot, theme: Theme) -> None:
    made = page(qtbot, theme, Topic.GENERAL, at_once=True)
    wanted: list[object] = []
    made.save_wanted.connect(wanted.append)
    assert not made.save.isVisible()
    path = made.fields["general", "secrets_file"].control
    assert isinstance(path, QLineEdit)
    path.setText("secrets.json")
    assert wanted == []
    path.editingFinished.emit()
    assert wanted == [[("general", "secrets_file", "secrets.json")]]


def test_what_is_wrong_is_said_while_it_is_typed(address: SettingsFields) -> None:
    write(address, "address", "sources", "https\nstatic:not-an-address")
    field = address.fields["address", "sources"]
    assert "not-an-address is not an IP address." in field.problem.text()
    assert not address.save.isEnabled()
    write(address, "address", "sources", "https\nstatic:192.0.2.1")
    assert field.problem.text() == ""
    assert address.save.isEnabled()


def test_a_duration_out_of_range_is_refused_with_the_limit(qtbot: QtBot, theme: Theme) -> None:
    field = page(qtbot, theme, Topic.MONITORING).fields["address", "interval"]
    field.show_value("1s")
    assert "The smallest value is 5s." in field.problem.text()
    field.show_value("5m")
    assert field.problem.text() == ""


def test_interfaces_of_this_computer_are_offered_by_name_and_others_can_be_typed(qtbot: QtBot, theme: Theme) -> None:
    made = SettingsFields(Words("en"), theme, Topic.SOURCES, interfaces=snapshots.INTERFACES)
    qtbot.addWidget(made)
    made.show_settings(Settings())
    field = made.fields["address", "interface"]
    choice = field.control
    assert isinstance(choice, QComboBox)
    shown = [choice.itemText(row) for row in range(choice.count())]
    assert shown == ["eth0 · 192.168.1.2 · 2001:db8::2", "wwan0 · 10.64.0.2"]
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    assert made.changes() == [("address", "interface", "wwan0")]
    choice.setEditText(" ppp0 ")
    assert made.changes() == [("address", "interface", "ppp0")]
    local = made.fields["address", "local_address"]
    assert isinstance(local.control, QComboBox)
    assert local.control.itemText(0) == "192.168.1.2 · eth0"
    local.control.setEditText("eth0")
    assert "eth0 is not an IP address." in local.problem.text()


def test_undo_shows_what_is_on_disk(address: SettingsFields) -> None:
    write(address, "address", "sources", "nonsense")
    address.undo.click()
    assert address.changes() == []
    assert address.fields["address", "sources"].problem.text() == ""
    assert not address.undo.isEnabled()


def test_who_discards_with_the_keyboard_stays_on_the_page(qtbot: QtBot, address: SettingsFields) -> None:
    address.activateWindow()
    write(address, "address", "sources", "nonsense")
    address.undo.setFocus()
    qtbot.waitUntil(address.undo.hasFocus)
    QTest.keyClick(address.undo, Qt.Key.Key_Space)
    assert address.fields["address", "sources"].control.hasFocus()


def test_what_is_being_typed_survives_settings_that_change_elsewhere(address: SettingsFields) -> None:
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
    made = window.settings.topics[Topic.SOURCES]
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
    made = window.settings.topics[Topic.RESOLVERS]
    write(made, "verify", "resolvers", "")
    made.save.click()
    await tasks.drain()
    made = window.settings.topics[Topic.MONITORING]
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
    general.tabs.setCurrentIndex(7)
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


async def test_the_language_changes_on_the_open_page_and_one_stays_where_one_is(
    qtbot: QtBot, theme: Theme, behind: Behind
) -> None:
    window = opened(qtbot, theme, behind)
    window.settings.tabs.setCurrentIndex(7)
    window.set_words(Words("zh_CN"))
    qtbot.waitUntil(lambda: window.settings.tabs.currentIndex() == 7)
    assert window.settings.tabs.tabText(7) == "通用"
    language = window.settings.topics[Topic.GENERAL].fields["general", "language"]
    assert language.control.accessibleName() == "语言"
    qtbot.waitUntil(language.isVisible)


async def test_what_is_being_typed_survives_a_change_of_language(qtbot: QtBot, theme: Theme, behind: Behind) -> None:
    window = opened(qtbot, theme, behind)
    write(window.settings.topics[Topic.SOURCES], "address", "sources", "stun")
    window.set_words(Words("zh_CN"))
    qtbot.waitUntil(lambda: bool(window.settings.unsaved()))
    again = window.settings.topics[Topic.SOURCES]
    assert again.changes() == [("address", "sources", ["stun"])]
    assert again.save.isEnabled()
