"""The settings file as data: every key with its kind, default, range, label and help.

Reading (`core.settings_parse`), the settings window, and docs/settings.md (`core.settings_reference`) all come from
this table, so none of them can know a key that another does not. The fields of accounts belong to the providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.settings import DEFAULT_INTERVAL, DEFAULT_RESOLVERS, AlertSettings
from ddns_tray.core.settings_address_rows import ADDRESS_SETTINGS
from ddns_tray.core.settings_kinds import MAX_INTERVAL, MAX_TTL, MIN_INTERVAL, Kind, Setting
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ARRAY_SECTIONS", "LATER_SECTIONS", "SECTIONS", "SETTINGS", "Kind", "Setting", "setting", "settings_of"]

_ALERTS = AlertSettings()

SECTIONS = (
    "general",
    "address",
    "address.ipv4",
    "address.ipv6",
    "line",
    "account",
    "record",
    "verify",
    "alerts",
    "metrics",
    "history",
)
ARRAY_SECTIONS = frozenset({"line", "account", "record"})
LATER_SECTIONS = ("channel",)
"""Arrays of tables that versions to come will read; an empty array is accepted."""


def _alerts() -> Iterator[Setting]:
    for key, default, label, help_text in (
        (
            "address_changed",
            True,
            text("My address has changed"),
            text("Say so when your line gets another public address."),
        ),
        (
            "trouble",
            True,
            text("A name needs me"),
            text("Say so when a name turns red: it leads elsewhere, or cannot be found."),
        ),
        (
            "recovered",
            True,
            text("A name is right again"),
            text("Say so when a name of which you were told is green again."),
        ),
        (
            "warning",
            False,
            text("A name stays yellow"),
            text("Say so when a name is still not proven right after a while."),
        ),
    ):
        yield Setting("alerts", key, Kind.BOOLEAN, default, label, help_text)
    yield Setting(
        "alerts",
        "warning_after",
        Kind.DURATION,
        _ALERTS.warning_after,
        text("Yellow for how long"),
        text("How long a name may stay yellow before that is told, if it is told."),
        minimum=60,
        maximum=MAX_INTERVAL,
    )
    yield Setting(
        "alerts",
        "quiet_after_wake",
        Kind.DURATION,
        _ALERTS.quiet_after_wake,
        text("Quiet after waking up"),
        text("For so long after this computer woke up nothing is told: networks take a while to come back."),
        minimum=0,
        maximum=3600,
    )


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "general",
        "language",
        Kind.CHOICE,
        "auto",
        text("Language"),
        text("The language of windows, notifications and the command line; auto follows the system."),
        choices=("auto", "en", "zh_CN"),
    ),
    Setting(
        "general",
        "theme",
        Kind.CHOICE,
        "auto",
        text("Theme"),
        text("Light or dark windows; auto follows the system."),
        choices=("auto", "light", "dark"),
    ),
    Setting(
        "general",
        "notifications",
        Kind.BOOLEAN,
        True,
        text("Desktop notifications"),
        text("Say so on the desktop when the address changes or a name leads elsewhere."),
    ),
    Setting(
        "general",
        "autostart",
        Kind.BOOLEAN,
        False,
        text("Start when I log in"),
        text("Start in the tray when you log in."),
    ),
    Setting(
        "general",
        "secrets_file",
        Kind.TEXT,
        "",
        text("Unencrypted secrets file"),
        text(
            "Only for machines without a keyring: a file that holds secrets unencrypted, readable by its owner alone."
            " A relative path starts at the folder of the settings file. Empty: no such file is used."
        ),
    ),
    Setting(
        "general",
        "portal_check",
        Kind.BOOLEAN,
        True,
        text("Recognise sign-in pages"),
        text(
            "When nothing on the web can be reached, ask well-known test pages over plain HTTP whether this network"
            " wants you to log in first. Never asked in closed networks (root_hints)."
        ),
    ),
    Setting(
        "general",
        "update_check",
        Kind.BOOLEAN,
        False,
        text("Look for new versions"),
        text(
            "Ask once a day whether there is a newer version, and say so in the window. Nothing is installed by itself."
            " Without effect where a package manager brings the updates, and in builds that were not released."
        ),
    ),
    *ADDRESS_SETTINGS,
    Setting(
        "account",
        "id",
        Kind.IDENTIFIER,
        None,
        text("Account name"),
        text("Your own short name for the account; records and secrets refer to it."),
        required=True,
    ),
    Setting(
        "account",
        "provider",
        Kind.TEXT,
        None,
        text("Provider"),
        text("The DNS service; the command ddns-tray providers lists all."),
        required=True,
    ),
    Setting(
        "record",
        "name",
        Kind.NAME,
        None,
        text("Name"),
        text("The full host name, such as home.example.org."),
        required=True,
    ),
    Setting(
        "record",
        "types",
        Kind.TYPES,
        ("A",),
        text("Types"),
        text("A for IPv4, AAAA for IPv6, or both."),
        choices=("A", "AAAA"),
    ),
    Setting(
        "record",
        "account",
        Kind.TEXT,
        None,
        text("Account"),
        text("The account that holds the name. Without one the name is only watched, never written."),
    ),
    Setting(
        "record",
        "ttl",
        Kind.INTEGER,
        None,
        text("TTL"),
        text(
            "Seconds for which others may keep the answer. Left out: as it stands at the provider, 60 for a new record."
        ),
        minimum=0,
        maximum=MAX_TTL,
    ),
    Setting(
        "record",
        "proxied",
        Kind.BOOLEAN,
        None,
        text("Proxied"),
        text("Whether the provider's own proxy stands in front. Left out: what stands at the provider stays."),
    ),
    Setting(
        "record",
        "comment",
        Kind.TEXT,
        None,
        text("Comment"),
        text("A comment to keep beside the record at providers that have such a thing."),
    ),
    Setting(
        "record",
        "allow_private",
        Kind.BOOLEAN,
        False,
        text("Allow private addresses"),
        text("Also write addresses that cannot be reached from the internet."),
    ),
    Setting(
        "record",
        "expected",
        Kind.ADDRESSES,
        (),
        text("Expected addresses"),
        text("The addresses that the name shall have. Left out: the public address of this line."),
    ),
    Setting(
        "record",
        "ipv6_host",
        Kind.HOST_PART,
        "",
        text("IPv6 host part"),
        text(
            "For the AAAA record of another host in this network: the end of its address, such as ::1234, or its"
            " hardware address as mac:…. The prefix is that of this computer."
        ),
    ),
    Setting(
        "record",
        "line",
        Kind.TEXT_LIST,
        (),
        text("Lines"),
        text(
            "The ids of lines in the order of preference: the name has the address of the first one that is up."
            " Left out: the name follows the way that the system takes."
        ),
    ),
    Setting(
        "record",
        "view",
        Kind.CHOICE,
        "auto",
        text("Behind a VPN"),
        text(
            "Whose address the name shall have while the traffic of this computer leaves through a VPN: home is that of"
            " your own line, world the one that the world sees. With auto nothing is written as long as the two differ."
        ),
        choices=("auto", "world", "home"),
    ),
    Setting(
        "verify",
        "interval",
        Kind.DURATION,
        DEFAULT_INTERVAL,
        text("Ask the DNS every"),
        text("How often to ask the DNS what the world sees."),
        minimum=MIN_INTERVAL,
        maximum=MAX_INTERVAL,
    ),
    Setting(
        "verify",
        "resolvers",
        Kind.RESOLVERS,
        DEFAULT_RESOLVERS,
        text("Resolvers"),
        text("The recursive resolvers to ask, as stand-ins for the people who look the name up."),
    ),
    Setting(
        "verify",
        "authoritative",
        Kind.BOOLEAN,
        True,
        text("Ask the authoritative servers"),
        text("Also ask every authoritative server of the zone; this is what tells a slow cache from a wrong record."),
    ),
    Setting(
        "verify",
        "root_hints",
        Kind.SERVERS,
        (),
        text("Root servers"),
        text("For closed networks with a DNS root of their own: its addresses. Empty: the root of the world."),
    ),
    *_alerts(),
    Setting(
        "metrics",
        "listen",
        Kind.TEXT,
        "",
        text("Listen address"),
        text("Where monitoring may fetch metrics. Empty: nowhere."),
        later=True,
    ),
    Setting(
        "history",
        "url",
        Kind.TEXT,
        "",
        text("History database"),
        text("Where to keep the history. Empty: in the data folder."),
        later=True,
    ),
)

_BY_PATH = {(setting.section, setting.key): setting for setting in SETTINGS}


def settings_of(section: str) -> tuple[Setting, ...]:
    """All keys of a section, in the order in which to show them."""
    return tuple(setting for setting in SETTINGS if setting.section == section)


def setting(section: str, key: str) -> Setting:
    """One key; `KeyError` if there is none."""
    return _BY_PATH[section, key]
