"""One row of the table: how one service wants to be asked, and what its answers mean. Data only, no behaviour.

A row is enough to write by: `providers.dyndns2` builds the request and judges the answer, `catalogue.dyndns` makes the
registry's entry. Templates hold `{placeholders}`: `{name}` the host name, `{host}` and `{zone}` its two parts where a
service wants them apart, `{apex}` whether it is the zone itself (true or false), `{ip}` the address, `{type}` A or
AAAA, `{ttl}`, and every field of the account by its name.

Answers are regular expressions that have to match a whole line (or a whole value), whatever the case: a code inside
another word is no code. A group called `ip` is compared with the address that was sent. The answer 204, which has no
body, reads as 204.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import ProviderStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.text import Text
    from ddns_tray.providers.refusals import Refusal

Params = tuple[tuple[str, str], ...]


class Reads(Enum):
    """Where in an answer its meaning stands."""

    LINES = auto()
    """Lines of text."""
    MARKUP = auto()
    """Lines of text between tags of HTML."""
    JSON = auto()
    """Members of a JSON object, `fields` joined by spaces; members that are missing or null are left out."""
    XML = auto()
    """XML elements, `fields` joined by spaces."""
    HEADER = auto()
    """A header, `fields[0]`; where it is missing, as MARKUP."""
    STATUS = auto()
    """The HTTP status alone: the documentation says nothing of a body."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Answers:
    """What a service may say. Every line has to be known, and at least one has to say that the address stands.

    `refused` goes before everything else, in its order; `statuses` is what an HTTP status means where the body says
    nothing known. `pauses` are seconds to wait by the pattern that asks for it.
    """

    written: tuple[str, ...]
    unchanged: tuple[str, ...] = ()
    refused: tuple[tuple[str, Refusal], ...] = ()
    pauses: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    ignored: tuple[str, ...] = ()
    statuses: Mapping[int, Refusal] = field(default_factory=lambda: MappingProxyType({}))
    reads: Reads = Reads.LINES
    fields: tuple[str, ...] = ()


class Auth(Enum):
    """How a request shows who sends it."""

    BASIC = auto()
    """HTTP's Basic scheme with `user` and `proof` of the row."""
    BEARER = auto()
    """A bearer token, the row's `proof`."""
    INSIDE = auto()
    """In the parameters, the form or the path."""


class Key(Enum):
    """What kind of secret opens an account: where it is made, and how much it may do."""

    ACCOUNT = auto()
    """The password of the whole account; there is nothing smaller."""
    UPDATES = auto()
    """A user name and password, or a key, made for updates alone."""
    HOST = auto()
    """A key of one name."""
    TOKEN = auto()
    """A token for all names of the account."""
    DOMAIN = auto()
    """A key of one domain."""
    API = auto()
    """A key of the general interface."""


NAME_AND_ADDRESS: Params = (("hostname", "{name}"),)
MYIP: Params = (("myip", "{ip}"),)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Row:
    """One service.

    `server` and `path` make the address, `server_aaaa` and `path_aaaa` another one for AAAA; `proof_aaaa` is another
    proof for it; `title` is empty where the server's own name is to be said. `params` go with every request,
    `a` or `aaaa` after them; None for a family that the service does not keep, or not without touching the other.
    `needs` are the fields of the account beside `base_url`. `bound` says that the credentials stand for one name that
    the request does not tell; the account then has to say which, and other names are refused. `from_connection` says
    that the service takes the address from which we come, so that the family is forced and no proxy used. `other` is
    how both addresses are told at once to a service that forgets the one that it is not told. `agent` is how the
    program names itself to a service that wants more than its name and version.
    """

    id: str
    title: str
    server: str
    answers: Answers
    path: str = "/nic/update"
    server_aaaa: str = ""
    path_aaaa: str = ""
    aliases: tuple[str, ...] = ()
    homepage: str = ""
    key_page: str = ""
    facts: str = ""
    key: Key = Key.ACCOUNT
    auth: Auth = Auth.BASIC
    user: str = "{username}"
    proof: str = "{password}"
    proof_aaaa: str = ""
    needs: tuple[str, ...] = ("username", "password")
    method: str = "GET"
    params: Params = NAME_AND_ADDRESS
    a: Params = MYIP
    aaaa: Params | None = MYIP
    other: str = ""
    agent: str = ""
    form: bool = False
    body: str = field(default="", repr=False)
    zone: str = ""
    bound: bool = False
    from_connection: bool = False
    wildcard: bool = False
    plain_http: bool = False
    min_write_interval: float = 0.0
    note: Text | None = None
    status: ProviderStatus = ProviderStatus.ALIVE
