"""Clouds whose requests are signed with a pair of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import Capabilities, FieldSpec
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.signed_fields import (
    key_id,
    key_secret,
    line,
    secret_with_actions,
    secret_with_policy,
    signed_entry,
)

if TYPE_CHECKING:
    from ddns_tray.providers.entry import Entry

TENCENT = "console.cloud.tencent.com/cam/capi"

ENTRIES: tuple[Entry, ...] = (
    signed_entry(
        "route53",
        "Amazon Route 53",
        (
            key_id("access_key_id", text("Access key ID")),
            key_secret(
                "secret_access_key",
                text("Secret access key"),
                text(
                    "Make it in IAM for a user of its own. The smallest permission is {actions}, the last "
                    "of them for the hosted zones of your names alone.",
                    actions="route53:ListHostedZones, ListResourceRecordSets, ChangeResourceRecordSets",
                ),
            ),
            FieldSpec(
                "region",
                text("Region"),
                text("Leave it as it is; only accounts of AWS China have cn-northwest-1 here."),
                required=False,
                default="us-east-1",
            ),
        ),
        base_url="https://route53.amazonaws.com",
        homepage="https://aws.amazon.com/route53/",
        key_page="https://console.aws.amazon.com/iam/home#/users",
        aliases=("aws", "amazon", "amazon web services", "route 53", "亚马逊云", "亚马逊云科技"),
        capabilities=Capabilities(),
    ),
    signed_entry(
        "aliyun",
        "Alibaba Cloud DNS",
        (
            key_id("access_key_id", text("AccessKey ID")),
            secret_with_actions(
                "access_key_secret",
                text("AccessKey secret"),
                "ram.console.alibabacloud.com",
                "alidns:Describe*, AddDomainRecord, UpdateDomainRecord, DeleteDomainRecord",
            ),
            line("default"),
        ),
        base_url="https://alidns.aliyuncs.com",
        homepage="https://www.alibabacloud.com/product/dns",
        key_page="https://ram.console.alibabacloud.com/users",
        aliases=("alidns", "aliyundns", "alicloud", "阿里云", "阿里云解析", "云解析DNS", "万网", "hichina", "net.cn"),
        capabilities=Capabilities(ttl=(1, 86400)),
    ),
    signed_entry(
        "aliyun_esa",
        "Alibaba Cloud ESA",
        (
            key_id("access_key_id", text("AccessKey ID")),
            secret_with_actions(
                "access_key_secret",
                text("AccessKey secret"),
                "ram.console.alibabacloud.com",
                "esa:ListSites, ListRecords, CreateRecord, UpdateRecord, DeleteRecord",
            ),
        ),
        base_url="https://esa.cn-hangzhou.aliyuncs.com",
        homepage="https://www.alibabacloud.com/product/esa",
        key_page="https://ram.console.alibabacloud.com/users",
        aliases=("aliesa", "esa", "阿里云ESA", "边缘安全加速", "阿里云边缘安全加速"),
        capabilities=Capabilities(proxied=True, ttl=(30, 86400)),
    ),
    signed_entry(
        "tencentcloud",
        "Tencent Cloud DNSPod",
        (
            key_id("secret_id", text("SecretId")),
            secret_with_policy("secret_key", text("SecretKey"), TENCENT, "QcloudDNSPodFullAccess"),
            line("默认"),
        ),
        base_url="https://dnspod.tencentcloudapi.com",
        homepage="https://cloud.tencent.com/product/dns",
        key_page="https://console.cloud.tencent.com/cam/capi",
        aliases=("qcloud", "tencent", "tencent cloud dns", "腾讯云", "腾讯云解析", "腾讯云DNSPod"),
        capabilities=Capabilities(ttl=(1, 604800)),
    ),
    signed_entry(
        "edgeone",
        "Tencent Cloud EdgeOne",
        (
            key_id("secret_id", text("SecretId")),
            secret_with_policy("secret_key", text("SecretKey"), TENCENT, "QcloudTEOFullAccess"),
        ),
        base_url="https://teo.tencentcloudapi.com",
        homepage="https://edgeone.ai",
        key_page="https://console.cloud.tencent.com/cam/capi",
        aliases=("teo", "edgeone_dns", "edge one", "腾讯云EdgeOne", "边缘安全加速平台"),
        capabilities=Capabilities(ttl=(60, 86400)),
    ),
    signed_entry(
        "volcengine",
        "Volcengine DNS",
        (
            key_id("access_key_id", text("Access key ID")),
            secret_with_policy(
                "secret_access_key", text("Secret access key"), "console.volcengine.com/iam", "DNSFullAccess"
            ),
            line("default"),
        ),
        base_url="https://dns.volcengineapi.com",
        homepage="https://www.volcengine.com/product/dns",
        key_page="https://console.volcengine.com/iam/keymanage",
        aliases=("trafficroute", "bytedance", "huoshan", "火山引擎", "火山引擎DNS", "云解析", "字节跳动"),
        capabilities=Capabilities(ttl=(1, 86400)),
    ),
)
