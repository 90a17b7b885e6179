"""Services of China that have manners of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import Capabilities, FieldSpec
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.signed_fields import (
    key_id,
    key_secret,
    line,
    secret_of_whole_account,
    secret_with_policy,
    signed_entry,
)

if TYPE_CHECKING:
    from ddns_tray.providers.entry import Entry

ACCESS_KEY_ID = text("Access key ID")
SECRET_ACCESS_KEY = text("Secret access key")


def _house(service: str, title: str, base_url: str, aliases: tuple[str, ...]) -> Entry:
    """One of the three shops of the same house."""
    return signed_entry(
        service,
        title,
        (
            FieldSpec(
                "domains",
                text("Domains"),
                text("The domains of this account, with commas between them: the service does not list them."),
            ),
            key_id("access_key_id", ACCESS_KEY_ID),
            secret_of_whole_account(
                "access_key_secret",
                SECRET_ACCESS_KEY,
                base_url.removeprefix("https://"),
            ),
        ),
        base_url=base_url,
        homepage=base_url,
        aliases=aliases,
        capabilities=Capabilities(ttl=(60, 86400)),
        module="eranet",
        calls=(2, 2, 1),
    )


ENTRIES: tuple[Entry, ...] = (
    signed_entry(
        "dnspod",
        "DNSPod.cn",
        (
            key_id("token_id", text("Token ID"), text("The number beside the token in the list of tokens.")),
            secret_of_whole_account("api_token", text("Token"), "console.dnspod.cn/account/token/token"),
            line("默认"),
        ),
        base_url="https://dnsapi.cn",
        homepage="https://www.dnspod.cn",
        key_page="https://console.dnspod.cn/account/token/token",
        aliases=("dnsapi.cn", "dnspod_cn", "DNSPod 中国站", "dnspod token"),
        capabilities=Capabilities(ttl=(1, 604800)),
    ),
    signed_entry(
        "dnspod_com",
        "DNSPod.com",
        (
            key_id("token_id", text("Token ID"), text("The number beside the token in the list of tokens.")),
            secret_of_whole_account("api_token", text("Token"), "console.dnspod.com"),
            line("default"),
        ),
        base_url="https://api.dnspod.com",
        homepage="https://www.dnspod.com",
        key_page="https://console.dnspod.com/account/token",
        aliases=("dnspod.com", "dnspod international", "DNSPod 国际站"),
        capabilities=Capabilities(ttl=(1, 604800)),
        module="dnspod",
    ),
    signed_entry(
        "huaweicloud",
        "Huawei Cloud DNS",
        (
            key_id("access_key_id", ACCESS_KEY_ID),
            key_secret(
                "secret_access_key",
                SECRET_ACCESS_KEY,
                text(
                    "Make it in the console under My Credentials, for an IAM user that has only the policy {policy}.",
                    policy="DNS FullAccess",
                ),
            ),
            line("default_view"),
        ),
        base_url="https://dns.myhuaweicloud.com",
        homepage="https://www.huaweicloud.com/product/dns.html",
        key_page="https://console.huaweicloud.com/iam/#/mine/accessKey",
        aliases=("huawei", "huaweidns", "hwcloud", "华为云", "华为云解析", "华为云DNS"),
        capabilities=Capabilities(ttl=(1, 2147483647)),
    ),
    signed_entry(
        "baiducloud",
        "Baidu AI Cloud DNS",
        (
            key_id("access_key_id", ACCESS_KEY_ID),
            secret_with_policy(
                "secret_access_key", SECRET_ACCESS_KEY, "console.bce.baidu.com/iam", "DNSFullControlAccessPolicy"
            ),
            line("default"),
        ),
        base_url="https://dns.baidubce.com",
        homepage="https://cloud.baidu.com/product/dns.html",
        key_page="https://console.bce.baidu.com/iam/#/iam/accesslist",
        aliases=("baidu", "bce", "bcd", "百度云", "百度智能云", "百度智能云DNS"),
        capabilities=Capabilities(ttl=(60, 86400)),
    ),
    signed_entry(
        "dnsla",
        "DNS.LA",
        (
            key_id("api_id", text("API ID"), text("It stands beside the API secret in the account's settings.")),
            secret_of_whole_account("api_secret", text("API secret"), "www.dns.la"),
        ),
        base_url="https://api.dns.la",
        homepage="https://www.dns.la",
        aliases=("dns.la", "DNSLA", "帝恩爱斯"),
        capabilities=Capabilities(ttl=(1, 86400)),
        family="rest",
    ),
    signed_entry(
        "rainyun",
        "Rainyun",
        (secret_of_whole_account("api_key", text("API key"), "app.rainyun.com/account/settings/api-key"),),
        base_url="https://api.v2.rainyun.com",
        homepage="https://www.rainyun.com",
        key_page="https://app.rainyun.com/account/settings/api-key",
        aliases=("rain yun", "雨云"),
        capabilities=Capabilities(ttl=(60, 86400)),
        family="rest",
    ),
    signed_entry(
        "westcn",
        "West.cn",
        (
            key_id("username", text("User name"), text("The name of the member account.")),
            key_secret(
                "api_password",
                text("API password"),
                text(
                    "Set it at {place}, and allow this computer's address there. It may do everything that the account "
                    "may, so keep it safe.",
                    place="www.west.cn/manager/API/APIconfig.asp",
                ),
            ),
        ),
        base_url="https://api.west.cn/api/v2",
        homepage="https://www.west.cn",
        key_page="https://www.west.cn/manager/API/APIconfig.asp",
        aliases=("west", "35.cn", "35cn", "西部数码", "西数", "三五互联"),
        capabilities=Capabilities(ttl=(60, 86400)),
    ),
    signed_entry(
        "dnscom",
        "51DNS",
        (
            key_id("api_key", text("API key"), text("It stands beside the API secret in the account's settings.")),
            secret_of_whole_account("api_secret", text("API secret"), "www.51dns.com"),
        ),
        base_url="https://www.51dns.com",
        homepage="https://www.51dns.com",
        aliases=("dns.com", "51dns.com", "dnscom", "帝恩思"),
        capabilities=Capabilities(ttl=(60, 86400)),
    ),
    _house("eranet", "Eranet", "https://www.eranet.com", ("eranet.com", "时代互联", "时代互联国际")),
    _house("nowcn", "Now.cn", "https://api.now.cn", ("now.cn", "todaynic", "时代互联 now.cn")),
    _house("tnethk", "Tnet.hk", "https://www.tnet.hk", ("tnet", "tnet hong kong", "时代互联香港")),
)
