"""The settings file as a whole: its tables, and what must fit together between them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from ddns_tray.core.model import AddressView, Family, RecordType
from ddns_tray.core.settings import (
    AccountSettings,
    AddressSettings,
    AlertSettings,
    GeneralSettings,
    RecordSettings,
    Settings,
    VerifySettings,
)
from ddns_tray.core.settings_accounts import read_account, secret_key
from ddns_tray.core.settings_faults import known_hint
from ddns_tray.core.settings_schema import ARRAY_SECTIONS, LATER_SECTIONS, SECTIONS
from ddns_tray.core.settings_tables import is_table, read_table
from ddns_tray.core.settings_values import shown
from ddns_tray.core.settings_ways import binding_of, check_line_of_record, check_one_way, read_lines, sources_of_line
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import Capabilities, ProviderSpec
    from ddns_tray.core.settings_faults import Faults
    from ddns_tray.core.toml_lines import KeyPath


def read_settings(data: Mapping[str, object], providers: Mapping[str, ProviderSpec], faults: Faults) -> Settings:
    """Read all tables. The result means something only if no fault was added."""
    _check_top(data, faults)
    address, per_family = _read_address(data.get("address", {}), faults)
    accounts = _read_accounts(data, providers, faults)
    lines = read_lines(_tables(data, "line", faults), faults)
    records = _read_records(data, accounts, providers, faults)
    _check_lines(data, records, faults)
    settings = Settings(
        general=GeneralSettings(**_table(data, "general", faults)),
        address=address,
        ipv4=per_family[Family.IPV4],
        ipv6=per_family[Family.IPV6],
        lines=lines,
        accounts=tuple(accounts.values()),
        records=tuple(records.values()),
        verify=_read_verify(data, faults),
        alerts=AlertSettings(**_table(data, "alerts", faults)),
    )
    for section in ("metrics", "history"):
        _table(data, section, faults)
    if not faults.found:
        _check_sources(settings, faults)
    return settings


def _check_top(data: Mapping[str, object], faults: Faults) -> None:
    known = [section for section in SECTIONS if "." not in section]
    for key, value in data.items():
        if key in LATER_SECTIONS:
            if value != []:
                faults.add(
                    (key,),
                    text("[[{section}]] is not available in this version.", section=key),
                    text("Remove the table."),
                )
        elif key != "schema" and key not in known:
            faults.add_unknown((key,), known)


def _table(data: Mapping[str, object], section: str, faults: Faults) -> dict[str, Any]:
    table = data.get(section, {})
    return read_table(table, section, (section,), faults) if is_table(table, (section,), faults) else {}


def _tables(data: Mapping[str, object], section: str, faults: Faults) -> list[tuple[KeyPath, Mapping[str, object]]]:
    tables = data.get(section, [])
    if section in ARRAY_SECTIONS and isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
        return [((section, position), table) for position, table in enumerate(tables)]
    faults.add(
        (section,),
        text("There may be several of {section}, so it is written with two brackets.", section=section),
        text("Write [[{section}]] on a line of its own and the keys below it.", section=section),
    )
    return []


def _read_address(data: object, faults: Faults) -> tuple[AddressSettings, dict[Family, AddressSettings]]:
    if not is_table(data, ("address",), faults):
        return AddressSettings(), dict.fromkeys(Family, AddressSettings())
    common = read_table(data, "address", ("address",), faults, elsewhere=tuple(Family))
    check_one_way(common, ("address",), faults)
    per_family = {}
    for family in Family:
        path = ("address", family.value)
        own = data.get(family.value, {})
        values = read_table(own, f"address.{family}", path, faults) if is_table(own, path, faults) else {}
        _check_static(values.get("sources", ()), family, path, faults)
        per_family[family] = AddressSettings(**{**common, **values})
    return AddressSettings(**common), per_family


def _check_static(sources: Sequence[str], family: Family, path: KeyPath, faults: Faults) -> None:
    """A fixed address of the other family would never be asked for."""
    for position, source in enumerate(sources):
        if fixes_other_family(source, family):
            address = source.partition(":")[2]
            faults.add(
                (*path, "sources", position),
                text("{address} is no IPv{version} address.", address=address, version=family.version),
                text("Move it to [address.ipv{other}].", other=10 - family.version),
            )


def _read_verify(data: Mapping[str, object], faults: Faults) -> VerifySettings:
    verify = VerifySettings(**_table(data, "verify", faults))
    if not verify.authoritative and not verify.resolvers:
        faults.add(
            ("verify", "resolvers"),
            text("There is nobody to ask: no resolvers, and the authoritative servers are turned off."),
            text('Write resolvers = ["system"], or authoritative = true.'),
        )
    return verify


def _read_accounts(
    data: Mapping[str, object], providers: Mapping[str, ProviderSpec], faults: Faults
) -> dict[str, AccountSettings]:
    accounts: dict[str, AccountSettings] = {}
    taken: dict[str, str] = {}
    for path, table in _tables(data, "account", faults):
        account = read_account(table, path, providers, faults)
        if account is None:
            continue
        other = taken.setdefault(secret_key(account.id), account.id)
        if account.id in accounts:
            faults.add(
                (*path, "id"),
                text("There are two accounts with the id {account}.", account=account.id),
                text("Give one of them another id."),
            )
        elif other != account.id:
            faults.add(
                (*path, "id"),
                text("The ids {account} and {other} are too much alike.", account=account.id, other=other),
                text("Their secrets would share one environment variable. Give one of them another id."),
            )
        else:
            accounts[account.id] = account
    return accounts


def _read_records(
    data: Mapping[str, object],
    accounts: Mapping[str, AccountSettings],
    providers: Mapping[str, ProviderSpec],
    faults: Faults,
) -> dict[KeyPath, RecordSettings]:
    written = data.get("account")
    named = {table.get("id") for table in written if isinstance(table, dict)} if isinstance(written, list) else set()
    records: dict[KeyPath, RecordSettings] = {}
    taken: set[tuple[str, RecordType]] = set()
    for path, table in _tables(data, "record", faults):
        record = _read_record(table, path, faults)
        if record is None:
            continue
        _check_expected(record, path, faults)
        for record_type in record.types:
            if (record.name, record_type) in taken:
                faults.add(
                    (*path, "name"),
                    text("{name} {type} is written twice.", name=record.name, type=record_type.value),
                    text("Put what you want of this name into one [[record]] table."),
                )
            taken.add((record.name, record_type))
        if record.account is not None and record.account not in named:
            faults.add(
                (*path, "account"),
                text("There is no account {account}.", account=shown(record.account)),
                known_hint(record.account, tuple(accounts))
                if accounts
                else text("Add an [[account]] table, or remove the line to only watch the name."),
            )
        account = accounts.get(record.account or "")
        if account is not None:
            _check_capabilities(record, providers[account.provider], path, faults)
        records[path] = record
    return records


def _read_record(table: Mapping[str, object], path: KeyPath, faults: Faults) -> RecordSettings | None:
    before = len(faults.found)
    values = read_table(table, "record", path, faults)
    if len(faults.found) > before:
        return None
    types = tuple(RecordType(value) for value in values.pop("types", (RecordType.A,)))
    if not types:
        faults.add((*path, "types"), text("The list of types is empty."), text('Write types = ["A"], or remove it.'))
    if values.get("ipv6_host") and types and RecordType.AAAA not in types:
        faults.add(
            (*path, "ipv6_host"),
            text("There is no AAAA record to put the IPv6 host part into."),
            text('Write types = ["AAAA"], or remove the line.'),
        )
    view = AddressView(values.pop("view", AddressView.AUTO))
    return RecordSettings(types=types, view=view, **values)


def _check_lines(data: Mapping[str, object], records: Mapping[KeyPath, RecordSettings], faults: Faults) -> None:
    """A line whose table has a fault of its own is still one that records may name."""
    written = data.get("line")
    tables = [table for table in written if isinstance(table, dict)] if isinstance(written, list) else []
    known = [str(table["id"]) for table in tables if isinstance(table.get("id"), str)]
    for path, record in records.items():
        check_line_of_record(record, known, path, faults)


def _check_expected(record: RecordSettings, path: KeyPath, faults: Faults) -> None:
    versions = {record_type.family.version for record_type in record.types}
    for position, written in enumerate(record.expected):
        address = ip_address(written)
        place = (*path, "expected", position)
        if address.version not in versions:
            faults.add(
                place,
                text("{address} does not fit the types of {name}.", address=written, name=record.name),
                text("An IPv4 address needs the type A, an IPv6 address AAAA."),
            )
        elif not address.is_global and not record.allow_private:
            faults.add(
                place,
                text("{address} cannot be reached from the internet.", address=written),
                text("If that is what you want, write allow_private = true in this table."),
            )


def _check_capabilities(record: RecordSettings, spec: ProviderSpec, path: KeyPath, faults: Faults) -> None:
    """Refuse what the provider can never do, instead of failing at every round."""
    can: Capabilities = spec.capabilities
    for record_type, able in ((RecordType.A, can.a), (RecordType.AAAA, can.aaaa)):
        if record_type in record.types and not able:
            faults.add(
                (*path, "types"),
                text("{provider} cannot keep {type} records.", provider=spec.title, type=record_type.value),
                text("Remove {type} from the types of this name.", type=record_type.value),
            )
    if record.proxied and not can.proxied:
        faults.add(
            (*path, "proxied"),
            text("{provider} has no proxy of its own.", provider=spec.title),
            text("Remove the line."),
        )
    if record.name.startswith("*.") and not can.wildcard:
        faults.add(
            (*path, "name"),
            text("{provider} cannot keep wildcard names.", provider=spec.title),
            text("Write the full name of each host."),
        )
    for record_type in record.types:
        version = record_type.family.version
        if not can.multi_value and sum(ip_address(one).version == version for one in record.expected) > 1:
            faults.add(
                (*path, "expected"),
                text("{provider} keeps one address for each name and type.", provider=spec.title),
                text("Leave one address of each kind."),
            )


def _check_sources(settings: Settings, faults: Faults) -> None:
    """Without any source of a family, records of that family would stay grey for ever."""
    for position, line in enumerate(settings.lines):
        if not any(sources_of_line(line, address) for address in (settings.ipv4, settings.ipv6)):
            faults.add(
                ("line", position),
                text("The line {line} has no source that can be asked through it.", line=line.id),
                text('Write sources = ["https"] here.'),
            )
    if faults.found:
        return
    for family, address in ((Family.IPV4, settings.ipv4), (Family.IPV6, settings.ipv6)):
        for position, record in enumerate(settings.records):
            sources = _sources_for(record, family, address, settings)
            if not _needs(record, family) or any(_may_see(source, family) for source in sources):
                continue
            faults.add(
                ("record", position, "types"),
                text(
                    "{name} {type} needs an address, and no source can name one.",
                    name=record.name,
                    type=family.record_type.value,
                ),
                text(
                    "Add a source to [address], write expected addresses here, or remove {type} from the types.",
                    type=family.record_type.value,
                ),
            )


def _sources_for(
    record: RecordSettings, family: Family, address: AddressSettings, settings: Settings
) -> tuple[str, ...]:
    if not record.line:
        return address.sources
    lines = [line for line in settings.lines if line.id in record.line and binding_of(line).serves(family)]
    return tuple(source for line in lines for source in sources_of_line(line, address))


_IPV4_ONLY = frozenset({"router", "natpmp", "pcp", "upnp"})
"""A router translates IPv4 addresses only; those of IPv6 are its hosts' own."""


def _may_see(source: str, family: Family) -> bool:
    if source.partition(":")[0] in _IPV4_ONLY:
        return family is Family.IPV4
    return not fixes_other_family(source, family)


def fixes_other_family(source: str, family: Family) -> bool:
    """Whether a source is a fixed address of the other family: in [address] it may stand, in that of a family not."""
    scheme, _, address = source.partition(":")
    return scheme == "static" and ip_address(address).version != family.version


def _needs(record: RecordSettings, family: Family) -> bool:
    expected = any(ip_address(address).version == family.version for address in record.expected)
    return family.record_type in record.types and not expected
