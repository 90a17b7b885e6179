"""What an answer says: addresses at the end of the CNAME chain, referrals, SOA, EDE; read with dnspython.

This is the boundary to foreign octets: whatever a server sends, `read` gives a message or None, and the other functions
give data. This module judges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.NS
import dns.rdtypes.ANY.SOA
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.rrset

from ddns_tray.core.names import is_in_zone

MAX_CHAIN = 16
"""CNAMEs that we follow, in one answer and from zone to zone alike; the common resolvers follow 8 to 16."""
_ADDRESS_TYPES = {"A": dns.rdatatype.A, "AAAA": dns.rdatatype.AAAA}
_AA, _TC, _AD = int(dns.flags.AA), int(dns.flags.TC), int(dns.flags.AD)


@dataclass(frozen=True, slots=True)
class Soa:
    """The start of authority of `zone` as one server has it; `negative_ttl` is that of RFC 2308 §5."""

    zone: str
    serial: int
    follow_within: int
    negative_ttl: int


@dataclass(frozen=True, slots=True)
class Chain:
    """The way from a name to its addresses; `ttls` are those of `cnames` and, last, of the addresses.

    `complete` is False on a loop or a long chain.
    """

    addresses: tuple[str, ...]
    cnames: tuple[str, ...]
    ttls: tuple[int, ...]
    complete: bool = True

    @property
    def ttl(self) -> int | None:
        """For how long nothing of it changes in a cache."""
        return min(self.ttls, default=None)


@dataclass(frozen=True, slots=True)
class Referral:
    """A server's word that another zone's servers know: the NS names, and the addresses that came along."""

    zone: str
    ttl: int
    servers: tuple[str, ...]
    glue: dict[str, tuple[str, ...]]


def read(wire: bytes) -> dns.message.Message | None:
    """Parse, or None for what is no DNS message."""
    try:
        return dns.message.from_wire(wire)
    except Exception:  # noqa: BLE001 - foreign octets through a foreign parser: every failure means the same
        return None


def is_truncated(wire: bytes) -> bool:
    """Whether the TC bit is set (RFC 2181 §9): the rest has to be asked for over TCP."""
    return bool(wire[2] & (_TC >> 8))


def canonical(name: dns.name.Name) -> str:
    """Our spelling of a name: lower case, no trailing dot, the root empty."""
    return name.to_text(omit_final_dot=True).lower().removesuffix(".")


def rcode_of(message: dns.message.Message) -> str:
    """The response code's mnemonic, extended ones too."""
    return dns.rcode.to_text(message.rcode())


def is_authoritative(message: dns.message.Message) -> bool:
    """The AA bit."""
    return bool(message.flags & _AA)


def is_authentic(message: dns.message.Message) -> bool:
    """The AD bit."""
    return bool(message.flags & _AD)


def extended_errors(message: dns.message.Message) -> tuple[int, ...]:
    """The info codes of extended DNS errors (RFC 8914), in the server's order."""
    return tuple(int(option.code) for option in message.options if isinstance(option, dns.edns.EDEOption))


def follow_chain(message: dns.message.Message, name: str, record_type: str) -> Chain:
    """Follow the CNAMEs of an answer from `name` to the addresses of a type."""
    wanted = _ADDRESS_TYPES[record_type]
    by_owner: dict[tuple[str, int], dns.rrset.RRset] = {}
    for rrset in message.answer:
        if rrset.rdtype in (wanted, dns.rdatatype.CNAME):
            by_owner.setdefault((canonical(rrset.name), int(rrset.rdtype)), rrset)
    owner = name
    ttls: list[int] = []
    cnames: list[str] = []
    while True:
        found = by_owner.get((owner, int(wanted)))
        if found is not None:
            addresses = tuple(
                str(record.address)
                for record in found
                if isinstance(record, dns.rdtypes.IN.A.A | dns.rdtypes.IN.AAAA.AAAA)
            )
            return Chain(addresses, tuple(cnames), (*ttls, found.ttl))
        alias = by_owner.get((owner, int(dns.rdatatype.CNAME)))
        if alias is None:
            return Chain((), tuple(cnames), tuple(ttls))
        target = next((canonical(r.target) for r in alias if isinstance(r, dns.rdtypes.ANY.CNAME.CNAME)), owner)
        ttls.append(alias.ttl)
        if target == name or target in cnames or len(cnames) == MAX_CHAIN:
            return Chain((), (*cnames, target), tuple(ttls), complete=False)
        cnames.append(target)
        owner = target


def soa_of(message: dns.message.Message) -> Soa | None:
    """The SOA of an answer: the zone's own, or that of a negative answer."""
    for rrset in (*message.answer, *message.authority):
        for record in rrset:
            if isinstance(record, dns.rdtypes.ANY.SOA.SOA):
                return Soa(
                    zone=canonical(rrset.name),
                    serial=record.serial,
                    follow_within=record.refresh + record.retry,
                    negative_ttl=min(rrset.ttl, record.minimum),
                )
    return None


def negative_ttl_of(message: dns.message.Message) -> int | None:
    """How long caches may keep this "no" (RFC 2308 §5); None where there is no SOA to say so."""
    soas = [rrset for rrset in message.authority if rrset.rdtype == dns.rdatatype.SOA]
    return min((min(s.ttl, r.minimum) for s in soas for r in s if isinstance(r, dns.rdtypes.ANY.SOA.SOA)), default=None)


def starts_with_alias(message: dns.message.Message, name: str) -> bool:
    """Whether `name` itself is an alias, so that the rest of the answer may speak of other zones."""
    return any(rrset.rdtype == dns.rdatatype.CNAME and canonical(rrset.name) == name for rrset in message.answer)


def is_referral(message: dns.message.Message) -> bool:
    """NOERROR, nothing said, and NS without SOA: "ask there" (RFC 2308 §2.2 tells it from NODATA)."""
    types = {rrset.rdtype for rrset in message.authority}
    return (
        message.rcode() == dns.rcode.NOERROR
        and not message.answer
        and dns.rdatatype.NS in types
        and dns.rdatatype.SOA not in types
    )


def referral_of(message: dns.message.Message, name: str, above: str) -> Referral | None:
    """The referral that leads from zone `above` closer to `name`, or None (upward and sideward ones lead nowhere)."""
    if not is_referral(message):
        return None
    for rrset in message.authority:
        zone = canonical(rrset.name)
        if rrset.rdtype == dns.rdatatype.NS and zone != above and is_in_zone(zone, above) and is_in_zone(name, zone):
            return Referral(zone, rrset.ttl, _targets(rrset), _addresses(message))
    return None


def servers_of(message: dns.message.Message, zone: str) -> Referral | None:
    """The NS RRset of `zone` from an answer to a question for it, with the addresses that came along."""
    for rrset in message.answer:
        if rrset.rdtype == dns.rdatatype.NS and canonical(rrset.name) == zone:
            return Referral(zone, rrset.ttl, _targets(rrset), _addresses(message))
    return None


def _targets(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    return tuple(sorted({canonical(r.target) for r in rrset if isinstance(r, dns.rdtypes.ANY.NS.NS)}))


def _addresses(message: dns.message.Message) -> dict[str, tuple[str, ...]]:
    glue: dict[str, tuple[str, ...]] = {}
    for rrset in message.additional:
        found = tuple(str(r.address) for r in rrset if isinstance(r, dns.rdtypes.IN.A.A | dns.rdtypes.IN.AAAA.AAAA))
        if found:
            owner = canonical(rrset.name)
            glue[owner] = glue.get(owner, ()) + found
    return glue
