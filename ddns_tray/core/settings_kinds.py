"""What a row of the table of settings is: the kinds of values, and one key with its default, range and help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddns_tray.core.text import Text

MIN_INTERVAL = 5.0
MAX_INTERVAL = 86400.0
MAX_TTL = 2147483647  # RFC 2181 §8

SettingDefault = str | int | float | bool | tuple[str, ...] | None


class Kind(StrEnum):
    """What sort of value a key takes."""

    TEXT = "text"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DURATION = "duration"
    NAME = "name"
    INTERFACE = "interface"
    LOCAL_ADDRESS = "local_address"
    HOST_PART = "host_part"
    IDENTIFIER = "identifier"
    TYPES = "types"
    SOURCES = "sources"
    RESOLVERS = "resolvers"
    SERVERS = "servers"
    ADDRESSES = "addresses"
    TEXT_LIST = "text_list"

    @property
    def is_list(self) -> bool:
        """Whether the value is an array of texts."""
        return self in {Kind.TYPES, Kind.SOURCES, Kind.RESOLVERS, Kind.SERVERS, Kind.ADDRESSES, Kind.TEXT_LIST}


@dataclass(frozen=True, slots=True)
class Setting:
    """One key. `default` None means "not set"; durations are in seconds.

    A `later` key belongs to a version to come: its empty value is accepted, so that a file can be shared with that
    version, and any other is refused with plain words.
    """

    section: str
    key: str
    kind: Kind
    default: SettingDefault
    label: Text
    help: Text
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    later: bool = False
