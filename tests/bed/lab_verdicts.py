"""Words that many scenarios of the status lab share: places, and verdicts to the letter."""

from __future__ import annotations

from ddns_tray.core.model import Colour, RecordType
from ddns_tray.core.model import VerdictKind as Kind
from tests.support.lab import PLAIN, Says

GREEN, YELLOW, RED, GREY = Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.GREY
AAAA = RecordType.AAAA
HOME, ODD = "198.51.100.7", "198.51.100.25"
LIAR = "udp://127.0.0.58"
LIAR_TCP = "tcp://127.0.0.58"
EVERY = tuple(sorted(PLAIN))
BOTH = ("ns1.example.test", "ns2.example.test")
LAG_FOLLOWS = 172_800.0
"""Refresh + retry of lag.test."""


def matched(servers: int = 2, resolvers: int = 4, code: str = "matched", asked: int | None = None) -> Says:
    data = {"servers_right": servers, "resolvers_right": resolvers, "resolvers_asked": asked or resolvers}
    return Says(Kind.MATCHED, GREEN, code, data=data)


def missing(rcode: str, *servers: str) -> Says:
    return Says(Kind.MISSING, RED, data={"rcode": rcode, "servers": servers})


def lame(colour: Colour, server: str, kind: Kind = Kind.LAME, rcode: str = "REFUSED") -> Says:
    return Says(kind, colour, data={"rcode": rcode, "servers": (server,)})


BOGUS = Says(Kind.BOGUS, RED, data={"resolvers": EVERY})
NO_ADDRESS = "no_address"
OTHERS = ("udp://127.0.0.54", "udp://127.0.0.55", "udp://127.0.0.56")


def dead(server: str) -> Says:
    return Says(Kind.TIMEOUT, RED, data={"servers": (server,)})


def auth_unreachable(colour: Colour, right: int, asked: int, code: str = "auth_unreachable", *servers: str) -> Says:
    return Says(
        Kind.AUTH_UNREACHABLE, colour, code, data={"right": right, "resolvers_asked": asked, "servers": servers}
    )
