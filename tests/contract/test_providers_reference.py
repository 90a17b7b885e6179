from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ddns_tray.core.model import ProviderStatus
from ddns_tray.providers.reference import reference
from ddns_tray.providers.registry import SPECS

DOCS = Path(__file__).parents[2] / "docs" / "providers.md"

page_of_all = cache(reference)
"""Written once a run: it reads the documentation of every module."""


def test_the_page_of_all_services_is_up_to_date() -> None:
    assert DOCS.read_text(encoding="utf-8") == page_of_all(), (
        "run: python -m ddns_tray.providers.reference > docs/providers.md"
    )


def test_every_service_that_can_be_chosen_has_a_line_and_a_section_and_the_ended_ones_are_named() -> None:
    page = page_of_all()
    for spec in SPECS:
        if spec.status is ProviderStatus.ENDED:
            assert page.count(spec.title) == 1, spec.id
            continue
        assert len(re.findall(rf"^\| \[.*\]\(#.*\) \| `{spec.id}` \|", page, re.MULTILINE)) == 1, spec.id
        assert page.count(f"\n### {spec.title}\n") == 1, spec.id


def test_links_inside_the_page_lead_somewhere() -> None:
    page = page_of_all()
    targets = re.findall(r'<a id="(.*?)">', page)
    assert len(targets) == len(set(targets))
    targets += [title.lower().replace(" ", "-") for title in re.findall(r"^## (.*)$", page, re.MULTILINE)]
    assert set(re.findall(r"\]\(#(.*?)\)", page)) <= set(targets)


def test_lines_of_tables_have_as_many_cells_as_their_head() -> None:
    for table in re.findall(r"(?:^\|.*\n)+", page_of_all(), re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table.splitlines()[0]


def test_services_without_encryption_are_marked() -> None:
    page = page_of_all()
    sections = page.split('<a id="')
    for spec in SPECS:
        if spec.status is ProviderStatus.ALIVE:
            (section,) = (part for part in sections if f"\n### {spec.title}\n" in part)
            assert ("Reached without encryption" in section) is spec.plain_http, spec.id
            assert spec.note is None or str(spec.note) in section
