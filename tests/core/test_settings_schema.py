from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from ddns_tray.core.settings import (
    AccountSettings,
    AddressSettings,
    GeneralSettings,
    LineSettings,
    RecordSettings,
    Settings,
    VerifySettings,
)
from ddns_tray.core.settings_reference import reference
from ddns_tray.core.settings_schema import SECTIONS, SETTINGS, setting, settings_of

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_of_all_settings_is_up_to_date() -> None:
    assert DOCS.read_text(encoding="utf-8") == reference(), (
        "run: python -m ddns_tray.core.settings_reference > docs/settings.md"
    )


@pytest.mark.parametrize(
    ("section", "kind", "beside"),
    [
        ("general", GeneralSettings, set()),
        ("address", AddressSettings, set()),
        ("address.ipv4", AddressSettings, {"interval", "interface", "local_address"}),
        ("address.ipv6", AddressSettings, {"interval", "interface", "local_address"}),
        ("line", LineSettings, set()),
        ("account", AccountSettings, {"options"}),
        ("record", RecordSettings, set()),
        ("verify", VerifySettings, set()),
    ],
)
def test_the_table_has_exactly_the_keys_that_the_settings_have(section: str, kind: type, beside: set[str]) -> None:
    keys = {rule.key for rule in settings_of(section) if not rule.later}
    assert keys == {field.name for field in fields(kind)} - beside


def test_the_defaults_of_the_table_are_those_of_the_settings() -> None:
    settings = Settings()
    for section, values in (
        ("general", settings.general),
        ("address", settings.address),
        ("verify", settings.verify),
        ("record", RecordSettings("x", ())),
    ):
        for rule in settings_of(section):
            if not rule.later and not rule.required and rule.key != "types":
                assert getattr(values, rule.key) == rule.default, rule


def test_every_key_stands_in_a_known_section_once_and_speaks() -> None:
    assert len({(rule.section, rule.key) for rule in SETTINGS}) == len(SETTINGS)
    for rule in SETTINGS:
        assert rule.section in SECTIONS
        assert setting(rule.section, rule.key) is rule
        assert str(rule.label)
        assert str(rule.help).endswith(".")
