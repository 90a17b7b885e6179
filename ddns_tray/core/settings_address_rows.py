"""The rows of the table of settings that say how to learn our address: `[address]` and its families, and `[[line]]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.settings import DEFAULT_INTERVAL, DEFAULT_QUORUM, DEFAULT_RETURN, DEFAULT_SOURCES
from ddns_tray.core.settings_kinds import MAX_INTERVAL, MIN_INTERVAL, Kind, Setting
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from ddns_tray.core.text import Text


def _sources(section: str, default: tuple[str, ...] | None) -> Setting:
    return Setting(
        section,
        "sources",
        Kind.SOURCES,
        default,
        text("Sources"),
        text(
            "Where to learn the public address. Give sources that are run by different people, and of different kinds."
        ),
    )


def _quorum(section: str, default: int | None) -> Setting:
    return Setting(
        section,
        "quorum",
        Kind.INTEGER,
        default,
        text("Quorum"),
        text("How many independent sources must name the same address before it is believed."),
        minimum=1,
        maximum=10,
    )


def _way(section: str, through: Text) -> tuple[Setting, Setting]:
    """Two ways to say which way to take: a network interface, or an address of this computer."""
    return (
        Setting(section, "interface", Kind.INTERFACE, "", text("Interface"), through),
        Setting(
            section,
            "local_address",
            Kind.LOCAL_ADDRESS,
            "",
            text("Local address"),
            text(
                "In place of an interface: the address of this computer from which the sources of this kind of address"
                " are asked."
            ),
        ),
    )


ADDRESS_SETTINGS: tuple[Setting, ...] = (
    _sources("address", DEFAULT_SOURCES),
    _quorum("address", DEFAULT_QUORUM),
    Setting(
        "address",
        "interval",
        Kind.DURATION,
        DEFAULT_INTERVAL,
        text("Look for a new address every"),
        text("How often to look for a new address."),
        minimum=MIN_INTERVAL,
        maximum=MAX_INTERVAL,
    ),
    *_way("address", text("The network interface through which the sources are asked. Empty: as the system decides.")),
    _sources("address.ipv4", None),
    _quorum("address.ipv4", None),
    _sources("address.ipv6", None),
    _quorum("address.ipv6", None),
    Setting(
        "line",
        "id",
        Kind.IDENTIFIER,
        None,
        text("Line name"),
        text("Your own short name for the line; records refer to it."),
        required=True,
    ),
    *_way("line", text("The network interface that leads out by this line.")),
    _sources("line", ()),
    _quorum("line", None),
    Setting(
        "line",
        "return_after",
        Kind.DURATION,
        DEFAULT_RETURN,
        text("Return after"),
        text("How long this line has to be up again before names that moved to a later one return to it."),
        minimum=0,
        maximum=MAX_INTERVAL,
    ),
)
