"""Signatures against the vendors' own documented examples; each file in `vectors/` names where its examples stand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ddns_tray.core.ports import HttpRequest, Secret
from ddns_tray.http import HttpxClient
from ddns_tray.providers.signing import aliyun, aws, baidu, huawei, tencent, volcengine
from ddns_tray.providers.signing.message import Message, canonical_query, host_of, message_of
from tests.support.http_server import Answer, HttpServer

VECTORS = Path(__file__).parent / "vectors"


def cases(name: str) -> list[Any]:
    loaded = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded if isinstance(loaded, list) else [loaded]


def seconds(written: str, form: str = "%Y-%m-%dT%H:%M:%SZ") -> float:
    return datetime.strptime(written, form).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize("case", cases("tencent-tc3"))
def test_tc3_gives_the_documented_signature(case: dict[str, Any]) -> None:
    headers = [("content-type", "application/json; charset=utf-8"), ("host", case["host"])]
    if "x-tc-action" in case["canonical_request"]:
        headers.append(("X-TC-Action", case["action"]))
    signed = tencent.sign(
        Message("POST", headers=tuple(headers), body=case["payload"].encode()),
        secret_id=case["secret_id"],
        secret_key=case["secret_key"],
        service=case["service"],
        now=case["timestamp"],
    )
    assert signed.canonical_request == case["canonical_request"]
    assert signed.string_to_sign == case["string_to_sign"]
    assert signed.authorization == case["authorization"]


@pytest.mark.parametrize("case", cases("aliyun-acs3"))
def test_acs3_gives_the_documented_signature_on_a_whole_request(case: dict[str, Any]) -> None:
    auth = aliyun.acs3(
        case["access_key_id"], Secret(case["access_key_secret"]), nonce=lambda: case["x-acs-signature-nonce"]
    )
    request = HttpRequest(
        case["method"],
        f"https://{case['host']}{case['path']}",
        headers={"x-acs-action": case["x-acs-action"], "x-acs-version": case["x-acs-version"], "Accept": "*/*"},
        params=tuple(case["query"].items()),
    )
    signed = auth(request, seconds(case["x-acs-date"]))
    assert signed.headers["Authorization"] == case["authorization"]
    assert signed.headers["x-acs-date"] == case["x-acs-date"]


@pytest.mark.parametrize("case", cases("aliyun-rpc-v1"))
def test_the_rpc_style_gives_the_documented_signature(case: dict[str, Any]) -> None:
    signed = aliyun.sign_rpc(case["method"], tuple(case["params"].items()), secret=case["secret"])
    assert signed.string_to_sign == case["string_to_sign"]
    assert signed.signature == case["signature"]


@pytest.mark.parametrize("case", cases("baidu-bce-v1"))
def test_bce_gives_the_documented_signature(case: dict[str, Any]) -> None:
    names = case["authorization"].split("/")[-2].split(";")
    signed = baidu.sign(
        Message(
            case["method"],
            case["path"],
            tuple(case["query"].items()),
            tuple((name, value) for name, value in case["headers"].items() if name.lower() in names),
        ),
        access_key=case["ak"],
        secret_key=case["sk"],
        now=seconds(case["timestamp"]),
        good_for=case["expire_s"],
    )
    assert signed.canonical_request == case["canonical_request"]
    assert signed.authorization == case["authorization"]


@pytest.mark.parametrize("case", cases("huawei-doc"))
def test_sdk_hmac_gives_the_documented_string_to_sign(case: dict[str, Any]) -> None:
    signed = huawei.sign(
        Message(case["method"], case["path"], tuple(case["query"].items()), tuple(case["headers"].items())),
        access_key="any",
        secret_key="the documented key is masked",
        now=seconds(case["headers"]["x-sdk-date"], "%Y%m%dT%H%M%SZ"),
    )
    assert signed.canonical_request == case["canonical_request"]
    assert signed.string_to_sign == case["string_to_sign"]


AWS: dict[str, Any] = cases("aws-sigv4")[0]
NOT_CONSISTENT = ("post-x-www-form-urlencoded", "post-x-www-form-urlencoded-parameters")
"""In the stored suite the content length of these two is not the one that was signed."""


@pytest.mark.parametrize(
    "case", [case for case in AWS["cases"] if not case["name"].endswith(NOT_CONSISTENT)], ids=lambda case: case["name"]
)
def test_sigv4_passes_the_suite_of_its_vendor(case: dict[str, str]) -> None:
    signed = aws.sign(
        parsed(case["request"]),
        access_key=AWS["access_key"],
        secret_key=AWS["secret_key"],
        region=AWS["region"],
        service=AWS["service"],
        now=seconds(AWS["timestamp"], "%Y%m%dT%H%M%SZ"),
    )
    assert signed.canonical_request == case["canonical_request"]
    assert signed.string_to_sign == case["string_to_sign"]
    assert signed.authorization == case["authorization"]


def parsed(request: str) -> Message:
    head, _, body = request.partition("\n\n")
    first, *lines = head.split("\n")
    method, target = first.removesuffix(" HTTP/1.1").split(" ", 1)
    path, _, query = target.partition("?")
    headers: list[tuple[str, str]] = []
    for line in lines:
        name, separator, value = line.partition(":")
        headers.append((headers[-1][0], line) if line.startswith(" ") else (name, value if separator else ""))
    pairs = tuple((name, value) for name, _, value in (item.partition("=") for item in query.split("&") if item))
    return Message(method, path, pairs, tuple(headers), body.encode())


def test_volcengine_signs_in_the_steps_of_its_documentation() -> None:
    message = Message(
        "GET", "/", (("Version", "2018-08-01"), ("Action", "ListZones")), (("host", "h"), ("x-date", "d"))
    )
    signed = volcengine.sign(
        message,
        access_key="AK",
        secret_key="SK",
        region="cn-north-1",
        service="DNS",
        now=seconds("2022-05-01T00:00:00Z"),
    )
    assert signed.canonical_request.startswith(
        "GET\n/\nAction=ListZones&Version=2018-08-01\nhost:h\nx-date:d\n\nhost;x-date\n"
    )
    assert signed.string_to_sign.startswith("HMAC-SHA256\n20220501T000000Z\n20220501/cn-north-1/DNS/request\n")
    assert signed.authorization.startswith(
        "HMAC-SHA256 Credential=AK/20220501/cn-north-1/DNS/request, SignedHeaders=host;x-date, Signature="
    )


def test_the_host_is_signed_as_it_is_sent() -> None:
    assert host_of("https://dns.example.test/") == "dns.example.test"
    assert host_of("https://dns.example.test:443/") == "dns.example.test"
    assert host_of("http://127.0.0.1:8081/") == "127.0.0.1:8081"


def test_parameters_count_wherever_they_stand() -> None:
    request = HttpRequest("GET", "https://h/a%20b?x=1&y=", params=(("z", "ü"),))
    message = message_of(request, [("x-date", "d")])
    assert message.path == "/a b"
    assert message.query == (("x", "1"), ("y", ""), ("z", "ü"))
    assert message.headers == (("host", "h"), ("x-date", "d"))


async def test_what_is_signed_is_what_goes_on_the_wire() -> None:
    params = (("Data", '{"Value": "2001:db8::1"}'), ("RR", "*.@"), ("Comment", "das Haus über ~+&="))
    async with HttpServer({"/": Answer(body=b"{}")}) as server:
        request = HttpRequest("POST", server.url("/"), headers={"x-acs-action": "A"}, params=params)
        signed = aliyun.acs3("i", Secret("k"), nonce=lambda: "n")(request, 1_800_000_000.0)
        client = HttpxClient()
        await client.send(signed)
        await client.aclose()
        (received,) = server.requests
    assert received.query == canonical_query(params)
    assert received.headers["host"] == host_of(signed.url)
    headers = tuple((name, received.headers[name]) for name in received.headers if name.startswith(("x-acs-", "host")))
    message = Message("POST", "/", params, headers, received.body)
    expected = aliyun.sign(message, access_key_id="i", access_key_secret="k")
    assert received.headers["authorization"] == expected.authorization


def test_the_clock_goes_into_every_signature() -> None:
    request = HttpRequest(
        "POST", "https://h/", headers={"Content-Type": "application/json", "X-TC-Action": "A", "x-acs-action": "A"}
    )
    key = Secret("k")
    for auth in (
        tencent.tc3("i", key, service="s"),
        aliyun.acs3("i", key, nonce=lambda: "n"),
        aws.sigv4("i", key, region="r", service="s"),
        volcengine.volcengine("i", key, region="r", service="s"),
        huawei.sdk_hmac("i", key),
        baidu.bce("i", key),
    ):
        early, late = auth(request, 1_800_000_000.0), auth(request, 1_800_000_600.9)
        assert early.headers["Authorization"] != late.headers["Authorization"]
        assert auth(request, 1_800_000_000.4).headers == early.headers
