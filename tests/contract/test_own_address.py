"""A page for people in the place of a service: whose fault it may be depends on who wrote the address."""

from __future__ import annotations

import pytest

from ddns_tray.core.errors import ProviderUnavailable
from ddns_tray.core.ports import Secret
from ddns_tray.http import HttpxClient
from ddns_tray.providers.registry import open_account, spec
from tests.support.clock import FakeClock
from tests.support.faults import MAINTENANCE_PAGE, FaultyHttp, answer

AZURE = {"subscription_id": "a", "tenant_id": "b", "client_id": "c"}


@pytest.mark.parametrize(
    ("provider", "options", "status", "blames_address"),
    [
        ("powerdns", {"server": "http://127.0.0.1:80"}, 200, True),
        ("powerdns", {"server": "http://127.0.0.1:80"}, 503, False),
        ("cloudflare", {"base_url": "https://dns.example.test"}, 200, True),
        ("cloudflare", {}, 200, False),
        ("digitalocean", {"base_url": "https://dns.example.test"}, 200, True),
        ("digitalocean", {}, 200, False),
        ("aliyun", {"access_key_id": "x", "base_url": "https://dns.example.test"}, 200, True),
        ("aliyun", {"access_key_id": "x"}, 200, False),
        ("route53", {"access_key_id": "x", "base_url": "https://dns.example.test"}, 200, True),
        ("route53", {"access_key_id": "x"}, 200, False),
        ("netcup", {"customer_number": "1", "base_url": "https://dns.example.test"}, 200, True),
        ("netcup", {"customer_number": "1"}, 200, False),
        ("azure", {**AZURE, "login_url": "https://login.example.test"}, 200, True),
        ("azure", {**AZURE, "base_url": "https://dns.example.test"}, 200, True),
        ("azure", AZURE, 200, False),
    ],
)
async def test_a_page_at_an_address_that_the_person_wrote_says_to_check_it(
    provider: str,
    options: dict[str, str],
    status: int,
    blames_address: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    http = FaultyHttp(HttpxClient())
    http.fail_next(answer(status, MAINTENANCE_PAGE, "text/html"))
    secrets = {field.name: Secret("c2VjcmV0") for field in spec(provider).fields if field.secret}
    account = open_account(provider, options, secrets, http=http, clock=FakeClock())
    with pytest.raises(ProviderUnavailable) as caught:
        await account.test()
    assert ("Check the address" in str(caught.value.problem.hint)) is blames_address
    await account.aclose()
    await http.aclose()
