"""Answers and parameters that many rows share.

The words of DynDNS.org: "Return Codes" at help.dyn.com and "Interpret Response" at noip.com/integrate, read on
2026-11-22. The address after a word is compared with the one that was sent.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    AbuseBlocked,
    AuthenticationFailed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordNotFound,
    RequestRejected,
)
from ddns_tray.providers.dyndns_table.row import Answers

if TYPE_CHECKING:
    from ddns_tray.providers.refusals import Refusal

HALF_AN_HOUR = 1800.0
TEN_MINUTES = 600.0

ECHO = r"(?:\s+(?P<ip>\S+).*)?"
"""What follows a good word: nothing, or an address and anything more."""
REST = r"(?:\s.*)?"
"""What follows another word: nothing, or anything after a space."""


def word(code: str) -> str:
    """Return the pattern of a word at the start of a line."""
    return code + REST


DYNDNS2 = Answers(
    written=("good" + ECHO,),
    unchanged=("nochg" + ECHO,),
    refused=(
        (word("badauth"), AuthenticationFailed),
        (word("badagent"), AbuseBlocked),
        (word("!donator"), PermissionDenied),
        (word("!yours"), PermissionDenied),
        (word("!active"), PermissionDenied),
        (word("abuse"), AbuseBlocked),
        (word("notfqdn"), RequestRejected),
        (word("nohost"), RecordNotFound),
        (word("numhost"), RequestRejected),
        (word("badsys"), RequestRejected),
        (word("badrequest"), RequestRejected),
        (word("badip"), RequestRejected),
        (word("dnserr"), ProviderUnavailable),
        (word("servererror"), ProviderUnavailable),
        (word("toomanyrequests"), RateLimited),
        (word("911"), ProviderUnavailable),
    ),
    pauses=MappingProxyType({word("dnserr"): HALF_AN_HOUR, word("911"): HALF_AN_HOUR}),
)


def dyndns2_and(
    *refused: tuple[str, Refusal],
    written: tuple[str, ...] = (),
    unchanged: tuple[str, ...] = (),
    statuses: dict[int, Refusal] | None = None,
) -> Answers:
    """The words of DynDNS.org and some of a service's own; where both know a word, its own meaning counts."""
    return replace(
        DYNDNS2,
        written=(*DYNDNS2.written, *written),
        unchanged=(*DYNDNS2.unchanged, *unchanged),
        refused=(*refused, *DYNDNS2.refused),
        statuses=MappingProxyType(statuses or {}),
    )
