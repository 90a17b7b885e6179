"""The judge's whole vocabulary: every reason code, and the names of the facts that come with it.

Defines: the contract between `judge`, which emits these, and `words`, which has to have a sentence for each. The table
at the head of `judge` says what they mean. Holds no sentences.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_DISAGREE = frozenset({"seen", "expected", "servers", "ahead"})
_MISMATCH = frozenset({"seen", "expected", "servers"})
_SERVERS = frozenset({"rcode", "servers"})
_RESOLVERS = frozenset({"resolvers"})
_OLD = frozenset({"seen", "expected", "resolvers", "expires"})
_UNREACHABLE = frozenset({"servers", "right", "resolvers_asked"})
_MATCHED = frozenset({"servers_right", "resolvers_right", "resolvers_asked"})
_EDGE = frozenset({"origin", "expected", "read"})
_NOTHING: frozenset[str] = frozenset()

REASONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "paused": _NOTHING,
        "not_looked": _NOTHING,
        "offline": _NOTHING,
        "captive_portal": frozenset({"portal"}),
        "address_unknown": _NOTHING,
        "address_disputed": _NOTHING,
        "address_undecided": _NOTHING,
        "not_routable": _NOTHING,
        "double_nat": frozenset({"router", "expected"}),
        "router_without_address": frozenset({"expected"}),
        "too_few_witnesses": _NOTHING,
        "proxied": _EDGE | _MATCHED,
        "proxied_unread": _EDGE,
        "proxied_unasked": _EDGE,
        "proxied_mismatch": frozenset({"seen", "expected", "read"}),
        "proxy_off": frozenset({"seen", "read"}),
        "just_written": _MISMATCH,
        "servers_disagree": _DISAGREE,
        "secondary_lag": _DISAGREE,
        "mismatch": _MISMATCH,
        "not_cleared": _MISMATCH,
        "extra": _MISMATCH | {"extra"},
        "missing": _SERVERS,
        "lame": _SERVERS,
        "servfail": _SERVERS,
        "bogus": _RESOLVERS,
        "timeout": _RESOLVERS | {"servers"},
        "servers_silent": frozenset({"servers"}),
        "resolvers_silent": _RESOLVERS,
        "auth_unreachable": _UNREACHABLE,
        "intercepted": _UNREACHABLE,
        "propagating": _OLD,
        "resolvers_differ": _OLD,
        "resolvers_not_asked": frozenset({"expires"}),
        "overdue": _OLD,
        "resolvers_astray": _OLD,
        "stale": _OLD,
        "internal_view": _OLD,
        "internal_servers": _MISMATCH,
        "hijacked": _OLD,
        "resolvers_mismatch": _OLD,
        "resolvers_missing": _RESOLVERS,
        "filtered": _RESOLVERS,
        "addresses_hidden": _RESOLVERS | {"expected", "hidden"},
        "resolvers_servfail": _RESOLVERS,
        "resolvers_refused": _RESOLVERS,
        "resolvers_bogus": _RESOLVERS,
        "matched": _MATCHED,
        "consistent": _MATCHED,
        "absent": _MATCHED,
        "authoritative_only": _MATCHED,
        "resolvers_only": _MATCHED,
    }
)
