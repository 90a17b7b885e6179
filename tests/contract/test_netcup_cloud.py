"""netcup's CloudDNS beside the contract: what is read of its revisions, and the domains that are not in it."""

from __future__ import annotations

import pytest

from ddns_tray.core.errors import AuthenticationFailed, RequestRejected
from ddns_tray.core.model import Change, ExistingRecord, ExistingSet
from tests.contract.suite import HOME, NEW, OLD, OTHER, update
from tests.contract.test_rest_services_details import harness_of
from tests.support.dns_servers import ZONE, Datum
from tests.support.fake_rest import reply
from tests.support.fake_rest_netcup import FakeNetcupCloud


async def test_a_domain_that_is_not_in_clouddns_says_what_to_choose() -> None:
    harness = harness_of("netcup_cloud")
    assert isinstance(harness.service, FakeNetcupCloud)
    harness.service.older.add(ZONE)
    with pytest.raises(RequestRejected, match="not in CloudDNS") as caught:
        await harness.open().read(HOME)
    assert "netcup" in str(caught.value.problem.hint)


async def test_a_wrong_key_is_told_though_the_status_does_not() -> None:
    harness = harness_of("netcup_cloud")
    harness.http.fail_next(reply({"success": False, "errors": [{"code": "authenticationError", "message": "no"}]}, 400))
    with pytest.raises(AuthenticationFailed):
        await harness.open().read(HOME)


async def test_revisions_of_several_pages_are_looked_through() -> None:
    harness = harness_of("netcup_cloud")
    assert isinstance(harness.service, FakeNetcupCloud)
    harness.service.past = 150
    harness.seed((Datum(HOME.name, "A", OLD),))
    existing = await harness.open().read(HOME)
    assert existing is not None
    assert existing.addresses == (OLD,)
    assert [dict(request.params).get("page") for request in harness.requests()] == [None, None, "1", "2", "1"]


async def test_what_somebody_else_has_changed_meanwhile_is_not_deleted() -> None:
    harness = harness_of("netcup_cloud")
    harness.seed((Datum(HOME.name, "A", OTHER),))
    seen = (ExistingRecord(OLD, ttl=300),)
    change = Change(HOME, ExistingSet(HOME, ZONE, seen), (NEW,), replace=((seen[0], NEW),))
    with pytest.raises(RequestRejected):
        await harness.open().apply(change)
    assert {datum.content for datum in harness.content()} == {OTHER}


async def test_a_change_of_the_ttl_alone_is_one_call() -> None:
    harness = harness_of("netcup_cloud")
    harness.seed((Datum(HOME.name, "A", NEW, 300),))
    provider = harness.open()
    await update(provider, HOME, NEW, ttl=120)
    assert harness.content() == {Datum(HOME.name, "A", NEW, 120)}
    assert [request.method for request in harness.requests()].count("POST") == 1
