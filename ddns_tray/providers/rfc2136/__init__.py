"""DNS UPDATE (RFC 2136) with TSIG (RFC 8945): BIND, Knot, PowerDNS and every other server that keeps to the standards.

All goes over TCP, since updates must not be lost or doubled on the way. Every write carries the set that we saw as a
prerequisite, so that nobody's change of the same moment is overwritten, and "no CNAME here", since servers may ignore
an address beside a CNAME without a word (RFC 2136 §3.4.2.2).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import dns.update

from ddns_tray.core.addresses import canonical_set
from ddns_tray.core.errors import (
    ConfigError,
    PermissionDenied,
    RecordConflict,
    UsageError,
    ZoneNotFound,
)
from ddns_tray.core.model import AccountReport, ExistingRecord, ExistingSet, RecordKey, RecordType
from ddns_tray.core.names import canonical_name, is_in_zone, parents
from ddns_tray.core.text import text
from ddns_tray.providers.rfc2136.exchange import SignedServer
from ddns_tray.providers.zoned import ADDRESS_TYPES, changed_meanwhile, host_name, ttl_to_write

if TYPE_CHECKING:
    from ddns_tray.core.model import Capabilities, Change
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening

TIMEOUT = 15.0

_CHANGED_MEANWHILE = frozenset({dns.rcode.YXDOMAIN, dns.rcode.NXDOMAIN, dns.rcode.YXRRSET, dns.rcode.NXRRSET})


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Rfc2136(opening)


class Rfc2136:
    """One key at one server. `timeout` bounds one exchange, in seconds."""

    def __init__(self, opening: Opening, *, timeout: float = TIMEOUT) -> None:
        self._zone = _configured_zone(opening)
        port = opening.integer("port", 1, 65535)
        self._server = SignedServer(
            opening.option("server"),
            port,
            _key(opening),
            clock=opening.clock,
            timeout=timeout,
            connect=asyncio.open_connection if opening.sockets is None else opening.sockets.open_connection,
        )
        self._capabilities = replace(opening.spec.capabilities, list_zones=bool(self._zone))
        self._zones: dict[str, str] = {}
        self._own_data: set[RecordKey] = set()
        """Keys whose RRset is known not to come from a wildcard."""

    @property
    def capabilities(self) -> Capabilities:
        """What this server can do; listing records turns out with the first refused transfer."""
        return self._capabilities

    @property
    def calls(self) -> int:
        """Messages sent so far."""
        return self._server.calls

    async def zones(self) -> tuple[str, ...]:
        """Return the zone of the settings, if there is one: DNS has no way to list zones."""
        return (self._zone,) if self._zone else ()

    async def records(self, zone: str) -> tuple[ExistingSet, ...]:
        """List all address RRsets by a zone transfer (RFC 5936), which the server must allow to this key."""
        found: dict[RecordKey, ExistingSet] = {}
        try:
            messages = await self._server.transfer(zone)
        except (PermissionDenied, ZoneNotFound) as exc:
            self._capabilities = replace(self._capabilities, list_records=False)
            raise PermissionDenied(
                text("{server} does not let this key list the zone {zone}.", server=self._server.host, zone=zone),
                text("Allow a transfer (AXFR) to the key, or type the names by hand; updates do not need it."),
            ) from exc
        for item in (each for message in messages for each in _address_sets(message, zone)):
            known = found.get(item.key)  # an RRset may be spread over two messages
            found[item.key] = item if known is None else replace(item, records=(*known.records, *item.records))
        return tuple(sorted(found.values(), key=lambda item: item.key))

    async def read(self, key: RecordKey) -> ExistingSet:
        """Ask the server itself. What a wildcard makes up is not there (RFC 4592), which only a prerequisite tells."""
        zone = await self._zone_of(key.name)
        answer = await self._ask(key.name, dns.rdatatype.from_text(key.type))
        if answer.rcode() != dns.rcode.NXDOMAIN:
            self._server.expect_no_error(answer)
        if not answer.flags & dns.flags.AA:
            raise self._no_zone(key.name)
        name = dns.name.from_text(key.name)
        for rrset in answer.answer:
            if rrset.name == name and rrset.rdtype == dns.rdatatype.CNAME:
                raise RecordConflict(
                    text(
                        "{name} is a {type} record at {service}, so it can have no address of its own.",
                        name=key.name,
                        type="CNAME",
                        service=self._server.host,
                    ),
                    text("Remove that record at the service, or use another name."),
                )
        existing = next((each for each in _address_sets(answer, zone) if each.key == key), None)
        if existing is None or not await self._is_own_data(key, zone):
            return ExistingSet(key, zone, ())
        return existing

    async def apply(self, change: Change) -> None:
        """Write the whole RRset, if it is still as we saw it."""
        key = change.key
        existing = change.existing if change.existing is not None else await self.read(key)
        zone = existing.zone or await self._zone_of(key.name)
        response = await self._server.ask(_update(zone, existing, change), writes=True)
        if response.rcode() in _CHANGED_MEANWHILE:
            self._own_data.discard(key)
            if canonical_set((await self.read(key)).addresses) == canonical_set(change.after):
                return
            raise changed_meanwhile(key.name)
        self._server.expect_no_error(response)
        (self._own_data.add if change.after else self._own_data.discard)(key)

    async def test(self) -> AccountReport:
        """Try the key with a question, and with an update that changes nothing."""
        if not self._zone:
            answer = await self._ask(".", dns.rdatatype.SOA)
            if not answer.had_tsig:
                return AccountReport(
                    (), (text("The server answers; it tries the key only if the account names a zone."),)
                )
            return AccountReport(
                (), (text("The key is good. Which zones it may update shows when a record is added."),)
            )
        answer = await self._ask(self._zone, dns.rdatatype.SOA)
        self._server.expect_no_error(answer)
        if not answer.flags & dns.flags.AA:
            raise self._no_zone(self._zone)
        probe = dns.update.UpdateMessage(self._zone)
        probe.present(dns.name.from_text(self._zone), "SOA")
        response = await self._server.ask(probe)
        if response.rcode() == dns.rcode.REFUSED:
            return AccountReport((self._zone,), (text("The key is good, but it may not update this zone."),))
        self._server.expect_no_error(response)
        return AccountReport((self._zone,), (text("The key may update {zone}.", zone=self._zone),))

    async def aclose(self) -> None:
        """Forget the zones; connections last for one exchange."""
        self._zones.clear()

    # finding out

    async def _zone_of(self, name: str) -> str:
        """Return the zone, which the SOA of the server's answer names, be it a positive or a negative one."""
        if self._zone:
            if not is_in_zone(name, self._zone):
                raise self._no_zone(name)
            return self._zone
        if name in self._zones:
            return self._zones[name]
        for candidate in parents(name):
            answer = await self._ask(candidate, dns.rdatatype.SOA)
            if answer.rcode() == dns.rcode.SERVFAIL:
                self._server.expect_no_error(answer)
            delegated = any(rrset.rdtype == dns.rdatatype.NS for rrset in answer.authority)
            if answer.flags & dns.flags.AA:
                owners = [each.name for each in (*answer.answer, *answer.authority) if each.rdtype == dns.rdatatype.SOA]
                zone = host_name(owners[0].to_text()) if owners else ""
                if zone and is_in_zone(name, zone):
                    self._zones[name] = zone
                    return zone
            elif delegated and answer.rcode() == dns.rcode.NOERROR:
                break  # the name lies in a zone that another server has; a write above the cut would be lost
        raise self._no_zone(name)

    async def _is_own_data(self, key: RecordKey, zone: str) -> bool:
        if key in self._own_data:
            return True
        probe = dns.update.UpdateMessage(zone)
        probe.present(dns.name.from_text(key.name), str(key.type))
        response = await self._server.ask(probe)
        if response.rcode() in {dns.rcode.NXRRSET, dns.rcode.NXDOMAIN}:
            return False
        self._server.expect_no_error(response)
        self._own_data.add(key)
        return True

    async def _ask(self, name: str, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        query = dns.message.make_query(name, rdtype, flags=0)
        return await self._server.ask(query)

    def _no_zone(self, name: str) -> ZoneNotFound:
        return ZoneNotFound(
            text("{server} serves no zone that holds {name}.", server=self._server.host, name=name),
            text("Check the name, and write the address of the zone's primary server into the account."),
        )


def _configured_zone(opening: Opening) -> str:
    written = opening.option("zone")
    if not written:
        return ""
    try:
        return canonical_name(written)
    except UsageError as exc:
        raise ConfigError(exc.problem.title, exc.problem.hint) from exc


def _key(opening: Opening) -> dns.tsig.Key:
    try:
        secret = base64.b64decode("".join(opening.secret("key").reveal().split()), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not secret:
        raise ConfigError(
            text("The key of the account is not Base64."),
            text("Copy what stands between the quotes after the word secret in the server's settings."),
        )
    try:
        name = dns.name.from_text(opening.option("key_name"))
    except dns.exception.DNSException as exc:
        raise ConfigError(
            text("The key name is not a name of the DNS."), text("Copy it from the server's settings.")
        ) from exc
    algorithm = opening.option("key_algorithm").lower()
    return dns.tsig.Key(name, secret, dns.tsig.HMAC_MD5 if algorithm == "hmac-md5" else algorithm)


def _update(zone: str, existing: ExistingSet, change: Change) -> dns.update.UpdateMessage:
    name, rdtype = dns.name.from_text(change.key.name), str(change.key.type)
    message = dns.update.UpdateMessage(zone)
    message.absent(name, "CNAME")
    standing = tuple(dict.fromkeys(existing.addresses))
    if standing:
        message.present(name, rdtype, *standing)
    else:
        message.absent(name, rdtype)
    if change.after:
        message.replace(name, ttl_to_write(change, existing), rdtype, *change.after)
    else:
        message.delete(name, rdtype)
    return message


def _address_sets(message: dns.message.Message, zone: str) -> list[ExistingSet]:
    found = []
    for rrset in message.answer:
        type_name = dns.rdatatype.to_text(rrset.rdtype)
        name = host_name(rrset.name.to_text())
        if name and type_name in ADDRESS_TYPES and rrset.rdclass == dns.rdataclass.IN:
            key = RecordKey(name, RecordType(type_name))
            records = tuple(ExistingRecord(rdata.to_text(), ttl=rrset.ttl) for rdata in rrset)
            found.append(ExistingSet(key, zone, records))
    return found
