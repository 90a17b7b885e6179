"""Stand-ins for services at which one signs in with an RSA key. The keys and the checks are those of `cryptography`."""

from __future__ import annotations

import functools
import json
from base64 import b64decode, urlsafe_b64decode
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.support.fake_rest import FakeRest, Held, Seen, absolute, reply

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, HttpResponse

NOW = 1_800_000_000.0
"""What the fake clock says."""


@functools.cache
def private_key(which: str) -> rsa.RSAPrivateKey:
    """A key of a test run, another one for another word; short, since it guards nothing and signs in often."""
    del which
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - as said above


def pem(which: str = "good", *, traditional: bool = False) -> str:
    """The key as services give it."""
    form = serialization.PrivateFormat.TraditionalOpenSSL if traditional else serialization.PrivateFormat.PKCS8
    return (
        private_key(which).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode("ascii")
    )


def key_file(which: str = "good") -> str:
    """The key file of a service account of Google."""
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "the-project",
            "private_key_id": "0123",
            "private_key": pem(which),
            "client_email": "ddns@the-project.iam.example",
            "token_uri": "https://oauth2.googleapis.com/token",
        },
        indent=2,
    )


def is_signed(content: bytes, signature: bytes, digest: hashes.HashAlgorithm) -> bool:
    """Whether the good key has signed this."""
    try:
        private_key("good").public_key().verify(signature, content, padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


def _decoded(word: str) -> bytes:
    return urlsafe_b64decode(word + "=" * (-len(word) % 4))


class FakeGoogleCloud(FakeRest):
    """The sign-in and Cloud DNS."""

    login = "https://oauth2.googleapis.com/token"
    base = ""

    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.tokens = 0

    def writes(self, request: HttpRequest) -> bool:
        return request.method == "POST" and request.url != self.login

    def knows(self, seen: Seen) -> bool:
        return seen.request.url == self.login or seen.headers.get("Authorization") == f"Bearer token-{self.tokens}"

    def stranger(self) -> HttpResponse:
        return self.refused(401, "authError")

    @staticmethod
    def refused(status: int, reason: str) -> HttpResponse:
        errors = [{"domain": "global", "reason": reason, "message": f"It is {reason}"}]
        return reply({"error": {"code": status, "message": f"It is {reason}", "errors": errors}}, status)

    def sign_in(self, seen: Seen) -> HttpResponse:
        assert seen.body["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        words, _, signature = seen.body["assertion"].rpartition(".")
        head, said = (json.loads(_decoded(part)) for part in words.split("."))
        assert head == {"alg": "RS256", "typ": "JWT", "kid": "0123"}
        assert (said["iss"], said["aud"]) == ("ddns@the-project.iam.example", self.login)
        assert said["scope"] == "https://www.googleapis.com/auth/ndev.clouddns.readwrite"
        if not said["iat"] - 300 <= NOW <= said["exp"] <= said["iat"] + 3600:
            timeframe = "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe."
            return reply({"error": "invalid_grant", "error_description": timeframe}, 400)
        if not is_signed(words.encode(), _decoded(signature), hashes.SHA256()):
            return reply({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        self.tokens += 1
        return reply({"access_token": f"token-{self.tokens}", "expires_in": 3599, "token_type": "Bearer"})

    def route(self, seen: Seen) -> HttpResponse:
        if seen.request.url == self.login:
            return self.sign_in(seen)
        assert seen.path[:5] == ("dns", "v1", "projects", "the-project", "managedZones")
        match seen.method, seen.path[5:]:
            case "GET", ():
                zones = [self.of_zone(zone) for zone in self.zones]
                return self.listed(
                    "managedZones", [{**zones[0], "visibility": "private", "name": "inside"}, *zones], seen
                )
            case "GET", (handle, "rrsets") if (zone := self.zone_of(handle.removeprefix("z"))) is not None:
                sets = [self.shown(each) for each in self.rrsets(zone).values()]
                wanted = seen.params.get("name")
                return self.listed("rrsets", [each for each in sets if wanted in {None, each["name"]}], seen)
            case "POST", (handle, "changes") if (zone := self.zone_of(handle.removeprefix("z"))) is not None:
                return self.change(zone, seen.body)
            case _:
                return self.refused(404, "notFound")

    def of_zone(self, zone: str) -> dict[str, Any]:
        return {"name": f"z{self.zones[zone]}", "dnsName": f"{zone}.", "id": "4711", "visibility": "public"}

    def listed(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        size = min(100, self.largest_page)
        start = int(seen.params.get("pageToken", "0"))
        more = {"nextPageToken": str(start + size)} if start + size < len(items) else {}
        found = {name: items[start : start + size]} if items else {}
        return reply({"kind": f"dns#{name}ListResponse", **found, **more})

    @staticmethod
    def shown(records: list[Held]) -> dict[str, Any]:
        first = records[0]
        named = {"kind": "dns#resourceRecordSet", "name": f"{first.name}.", "type": first.type, "ttl": first.ttl}
        return {**named, "rrdatas": [each.content for each in records], **first.extra}

    def change(self, zone: str, wish: dict[str, Any]) -> HttpResponse:
        for gone in wish["deletions"]:
            there = self.rrsets(zone).get((gone["name"].rstrip("."), gone["type"]), [])
            if {each.content for each in there} != set(gone["rrdatas"]) or {each.ttl for each in there} != {
                gone["ttl"]
            }:
                return self.refused(412, "conditionNotMet")
            self.drop(gone["name"].rstrip("."), gone["type"])
        for new in wish["additions"]:
            name = new["name"].rstrip(".")
            if (name, new["type"]) in self.rrsets(zone):
                return self.refused(409, "alreadyExists")
            if not self.put(name, new["type"], new["rrdatas"], new["ttl"]):
                return self.refused(400, "cnameResourceRecordSetConflict")
        return reply({"kind": "dns#change", "status": "pending"})


class FakeTransip(FakeRest):
    """The sign-in, domains and DNS entries."""

    base = "/v6"

    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.tokens = 0
        self.nonces: set[str] = set()

    def writes(self, request: HttpRequest) -> bool:
        return request.method != "GET" and not request.url.endswith("/auth")

    def knows(self, seen: Seen) -> bool:
        return seen.path == ("auth",) or seen.headers.get("Authorization") == f"Bearer token-{self.tokens}"

    def stranger(self) -> HttpResponse:
        return reply({"error": "Your access token is invalid."}, 401)

    def route(self, seen: Seen) -> HttpResponse:
        match seen.method, seen.path:
            case "POST", ("auth",):
                return self.sign_in(seen)
            case "GET", ("domains",):
                zones = self.numbered([{"name": zone} for zone in self.zones], seen, size="pageSize")
                return reply({"domains": zones})
            case method, ("domains", zone, "dns") if zone in self.zones:
                return self.entries(method, zone, seen)
            case _:
                return reply({"error": "Domain not found"}, 404)

    def sign_in(self, seen: Seen) -> HttpResponse:
        assert (seen.body["login"], seen.body["global_key"]) == ("somebody", True)
        assert seen.body["nonce"] not in self.nonces
        self.nonces.add(seen.body["nonce"])
        if not is_signed(seen.request.body, b64decode(seen.headers["Signature"]), hashes.SHA512()):
            return reply({"error": "Invalid API credentials"}, 401)
        self.tokens += 1
        return reply({"token": f"token-{self.tokens}"}, 201)

    def entries(self, method: str, zone: str, seen: Seen) -> HttpResponse:
        if method == "GET":
            return reply({"dnsEntries": [self.shown(each) for each in self.own(zone)]})
        wish = seen.body["dnsEntry"]
        name = absolute(wish["name"], zone)
        alike = [each for each in self.own(zone, name) if (each.type, each.ttl) == (wish["type"], wish["expire"])]
        exact = [each for each in alike if each.content == wish["content"]]
        if method == "POST":
            held = self.create(name, wish["type"], wish["content"], wish["expire"])
            return reply({"error": "This is not a valid entry"}, 406) if held is None else reply(None, 201)
        if method == "PATCH" and len(alike) == 1:
            alike[0].content = wish["content"]
            return reply(None, 204)
        if method == "DELETE" and exact:
            self.records.remove(exact[0])
            return reply(None, 204)
        return reply({"error": "Dns Entry not found"}, 404 if method == "DELETE" else 406)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        return {"name": held.relative(), "expire": held.ttl, "type": held.type, "content": held.content}
