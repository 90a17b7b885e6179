"""DNS services described as data: what an account needs, what a service can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddns_tray.core.text import Text


class ProviderStatus(StrEnum):
    """Whether a service still serves."""

    ALIVE = "alive"
    ENDED = "ended"
    MISSING = "missing"
    """It serves, but what we need for it is not installed here: `ProviderSpec.note` says what."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One thing to know about an account: secrets go to the keyring, the rest to the settings file."""

    name: str
    label: Text
    help: Text
    secret: bool = False
    required: bool = True
    default: str | None = None
    choices: tuple[str, ...] = ()
    """The only values that make sense, where there are few; empty for free text."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service can do; `ttl` is its smallest and largest TTL in seconds, None where there is no choice.

    `ttl_choices` are the only ones that it knows, where there are few.
    """

    a: bool = True
    aaaa: bool = True
    list_zones: bool = True
    list_records: bool = True
    proxied: bool = False
    multi_value: bool = True
    wildcard: bool = True
    ttl: tuple[int, int] | None = (0, 2147483647)
    ttl_choices: tuple[int, ...] = ()
    write_interval: float = 0.0
    """Seconds between two writes of one name that the service asks for; the engine waits so long."""

    def offered_ttl(self, wished: int) -> int | None:
        """The TTL nearest to `wished` that the service offers; None where there is no choice."""
        if self.ttl is None:
            return None
        shortest, longest = self.ttl
        within = max(shortest, min(wished, longest))
        return min(self.ttl_choices, key=lambda choice: abs(choice - within)) if self.ttl_choices else within


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """A service as the registry knows it. `aliases` are what people search for, in any language."""

    id: str
    title: str
    family: str
    fields: tuple[FieldSpec, ...]
    capabilities: Capabilities
    aliases: tuple[str, ...] = ()
    status: ProviderStatus = ProviderStatus.ALIVE
    homepage: str = ""
    min_write_interval: float = 0.0
    """As `Capabilities.write_interval`, for forms and documentation."""
    plain_http: bool = False
    """Whether the service has no TLS, so that everybody on the way can read the credentials: warn before first use."""
    note: Text | None = None
    """What has to be known before one chooses this service: what to do now that it has ended, or what it cannot do."""
    token_page: str = ""
    """The address of the page at which the secret is made, to be opened in a browser; empty where there is none."""
    extra: str = ""
    """The optional part of our package that this service needs, such as "lexicon"; empty for most."""


@dataclass(frozen=True, slots=True)
class AccountReport:
    """What a read-only test of an account found: the zones it may see, and remarks on what the token may do.

    `tried` is false where nothing could be tried, so that nobody says that it works: some services only take writes.
    """

    zones: tuple[str, ...]
    remarks: tuple[Text, ...] = ()
    tried: bool = True
