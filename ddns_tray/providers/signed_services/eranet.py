"""Eranet, Todaynic (now.cn) and Tnet: one house, one interface, three addresses.

Source: "DNS" at todaynic.com/docApi (read on 2026-11-22); ddns-go, dns/tnethk.go. Requests are signed in the RPC style
that Alibaba Cloud had first. There is no list of domains, so the account names them. Errors are words alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import AccountReport
from ddns_tray.core.text import text
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import scalar
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService
from ddns_tray.providers.shape import Json, Misfit
from ddns_tray.providers.signed_services.actions import (
    BY_WORDS,
    Account,
    ActionRecords,
    Manner,
    action_service,
    elements,
    in_query,
    kind_by_words,
    new_nonce,
    with_other,
)
from ddns_tray.providers.signing.aliyun import TIME, sign_rpc
from ddns_tray.providers.signing.message import exact, utc
from ddns_tray.providers.zoned import Zone, host_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ddns_tray.core.ports import HttpRequest, Provider, Secret
    from ddns_tray.providers.auth import Auth
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.signed_services.actions import Asked
    from ddns_tray.providers.signing.aliyun import Nonce

KEY_NAME = "AccessInstanceID"
"""The parameter that says whose key it is, at all three: "AccessKeyID" is refused with 401 (ddns-go, dns/tnethk.go)."""

CODES = with_other(BY_WORDS)
WORDS = (
    ("clock", ("timestamp", "expired", "过期", "时间戳")),
    ("login", ("signature", "accesskey", "accessinstance", "签名", "密钥", "认证")),
    ("often", ("too many", "频繁", "频率")),
    ("zone", ("domain not", "domain does not", "域名不存在", "域名错误")),
    ("right", ("permission", "denied", "权限", "白名单")),
)


def _fault(status: int, body: Json) -> Fault | None:
    """Read `error`; a good answer has a request id and no error."""
    error = body.get("error")
    if error is None or error.value == "":
        body["RequestId"].string()
        return None
    return Fault(kind_by_words(WORDS, status, error.string()), error.string())


def _members(draft: Draft) -> dict[str, object]:
    return {
        "Domain": draft.zone.id,
        "Host": draft.name,
        "Type": draft.type,
        "Value": draft.address,
        "Ttl": draft.ttl,
    }


def _records(answer: Json) -> Iterator[Json]:
    """The records, with their members in lower case: the service is not of one mind about that."""
    for item in elements("Data")(answer):
        if not isinstance(item.value, dict):
            raise Misfit(item.place)
        record = Json({name.lower(): value for name, value in item.value.items()}, item.place)
        scalar(record["id"])
        yield record


SERVICE = RestService(
    records=Listing("/DescribeRecordIndex", items=_records, params=(("Domain", "{zone}"),)),
    named=Listing("/DescribeRecordIndex", items=_records, params=(("Domain", "{zone}"), ("Host", "{name}"))),
    record=RecordShape(id="id", name="host", type="type", content="value", ttl="ttl"),
    names=Names.RELATIVE_AT,
    create=Call("GET", "/AddDomainRecord", _members),
    update=Call("GET", "/UpdateDomainRecord", lambda draft: {"Id": draft.words()["id"], **_members(draft)}),
    delete=Call("GET", "/DeleteDomainRecord", lambda draft: {"Domain": draft.zone.id, "Id": draft.words()["id"]}),
    fault=_fault,
    codes=CODES,
)


class NamedDomains(ActionRecords):
    """An account whose domains are those that its settings name."""

    def __init__(self, opening: Opening, account: Account, domains: Sequence[str]) -> None:
        super().__init__(opening, action_service(opening, SERVICE, account), SERVICE)
        self._domains = tuple(domains)

    async def zones(self) -> tuple[str, ...]:
        """The domains of the settings; nothing is asked."""
        return tuple(sorted(self._domains))

    async def _fetch_zones(self) -> Sequence[Zone]:
        return [Zone(name, name) for name in self._domains]

    async def _look_up_zone(self, name: str) -> Zone | None:
        zones = await self._list_zones()
        enclosing = [zone for zone in zones if name == zone.name or name.endswith(f".{zone.name}")]
        return max(enclosing, key=lambda zone: len(zone.name)) if enclosing else None

    async def test(self) -> AccountReport:
        """Read each domain once: only that shows whether the keys are good for it."""
        for name in self._domains:
            await self.records(name)
        return AccountReport(
            await self.zones(),
            (text("These domains can be read. Whether they may be written shows with the first change."),),
        )


def rpc_signed(key_id: str, secret: Secret, *, nonce: Nonce) -> Auth:
    """Sign the parameters of a request in Alibaba's old style."""

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        params = (
            *request.params,
            (KEY_NAME, key_id),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", nonce()),
            ("Timestamp", utc(now, TIME)),
        )
        signed = sign_rpc(request.method, params, secret=secret.reveal())
        return exact(replace(request, params=(*params, ("Signature", signed.signature))))

    return authorise


def _build(asked: Asked) -> HttpRequest:
    return replace(in_query(asked.members, "", method="GET"), url=f"{asked.base_url}/api/Dns/{asked.action}")


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    domains = [host_name(each) for each in opening.option("domains").replace(",", " ").split()]
    if not domains or not all(domains):
        raise ConfigError(
            text("{option} has to be a list of domains.", option="domains"),
            text("Write them with commas between them, such as example.org, example.com."),
        )
    auth = rpc_signed(opening.option("access_key_id"), opening.secret("access_key_secret"), nonce=new_nonce)
    return NamedDomains(opening, Account(Manner(_build), auth), domains)
