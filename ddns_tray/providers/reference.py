"""Writes docs/providers.md from the registry, in English.

python -m ddns_tray.providers.reference > docs/providers.md

It reads the modules of the services as text, for the sources that they name, and loads none of them.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.durations import format_duration
from ddns_tray.core.model import ProviderStatus
from ddns_tray.providers.catalogue import ENTRIES
from ddns_tray.providers.dyndns_table import ALL

if TYPE_CHECKING:
    from ddns_tray.core.model import Capabilities, FieldSpec, ProviderSpec
    from ddns_tray.providers.entry import Entry

_HEAD = """\
# DNS services

<!-- Made from the registry: python -m ddns_tray.providers.reference > docs/providers.md -->

{chosen} services can be chosen, {more} more with the optional `ddns-tray[lexicon]`; {ended} are known to have ended.
`ddns-tray providers` lists them on the command line, `ddns-tray providers --json` as data. A service that is not here:
[see below](#not-here).
"""


@dataclass(frozen=True, slots=True)
class _Way:
    """What a way to write is called, why it is chosen, and the calls: first update, a later one, nothing to do."""

    title: str
    why: str
    calls: tuple[str, str, str]


_WAYS = {
    "native": _Way(
        "Native",
        "Reads before it writes: it shows what stands at the provider, changes only the addresses that it was given, "
        "keeps TTL, comments and other people's values. Chosen wherever a service lets a program read its records.",
        ("3 or more", "2 or more", "1"),
    ),
    "standard": _Way(
        "Standard",
        "DNS UPDATE with TSIG, as careful as the above, for one's own name servers: BIND, Knot, PowerDNS and others.",
        ("4; 3 with the zone in the settings", "2", "1"),
    ),
    "table": _Way(
        "Table",
        "One request that says the name and the address. Chosen where a service takes nothing else, or where the key "
        "for such updates may do less than the key of its interface: that one then stands here too, by another id.",
        ("1", "1", "0"),
    ),
    "lexicon": _Way(
        "Lexicon",
        "Through dns-lexicon, which comes with `ddns-tray[lexicon]` and runs in a process of its own with a deadline. "
        "For services that few people use.",
        ("depends on the service", "depends on the service", "1 or more"),
    ),
}

_AFTER_WAYS = """\
What the services of one way have in common stands in [the shape of a provider](decisions/provider-shape.md) and
[the table of update addresses](decisions/dyndns-table.md).

## Fields

Each section below names the fields of an account. **Secret** ones go to the keyring (`ddns-tray secret set ACCOUNT
FIELD`), the others into the [settings file](settings.md), where `base_url` may stand for every service that is reached
over HTTP. A field in brackets may be left out.
"""

_NOT_HERE = """\
## Not here

| service | why |
|---|---|
{left_out}

Which services of dns-lexicon are not offered, and why, stands in [its decision](decisions/lexicon.md#not-offered).

Other services that speak the protocol of DynDNS.org work with [`dyndns2`](#dyndns2). For an update address of any other
form there is [`custom`](#custom), which is a row of the table that you write yourself:

```toml
[[account]]
id = "mine"
provider = "custom"
url = "https://update.example.org/set/{name}?address={ip}&key={password}"
success = "ok|updated"
```

The words in braces are filled in: `{name}` (or `{domain}`) the host name, `{ip}` the address, `{type}` A or AAAA,
`{ttl}`, `{username}`, and `{password}`, which comes from the keyring. `method` and `body` send a form or JSON, `auth`
shows the password as `basic` or `bearer`. `success` is a regular expression that every line of a good answer has to
match as a whole; without it, `good` and `nochg` with or without the address are good. A web page is never a good
answer, nor is any status that is no success; the answer 204, which has no body, reads as `204`.

The Callback of ddns-go becomes the same with other placeholders: `#{ip}` is `{ip}`, `#{domain}` is `{domain}`,
`#{recordType}` is `{type}`, `#{ttl}` is `{ttl}`.
"""

_LEFT_OUT = (
    ("FreeDNS::42", "speaks XML-RPC"),
    ("HiPM DNSMgr", "a panel of one's own before other services; here those are spoken to themselves"),
    ("DuiaDNS", "wants an MD5 of the password over plain HTTP; its answers are not documented"),
    ("DSLReports, OrgDNS, UpdatedIP", "their answers are not documented; use `custom` if they still serve you"),
    ("DNSEver, DNSMax and thatip, DHIS", "protocols of their own, and we could not learn whether they still serve"),
    ("dynway.eu, ddo.jp, able.or.kr", "plain HTTP alone, and answers that are not documented"),
)


_COLUMNS = ("service", "id", "way", "addresses", "zones", "several values", "TTL in seconds", "one write in", "calls")


def reference() -> str:
    """Return the whole page as Markdown."""
    alive = [entry for entry in ENTRIES if entry.spec.status is ProviderStatus.ALIVE]
    ended = sorted(
        (entry.spec.title for entry in ENTRIES if entry.spec.status is ProviderStatus.ENDED), key=str.casefold
    )
    in_order = sorted(alive, key=lambda entry: entry.spec.title.casefold())
    left_out = "\n".join(f"| {names} | {why} |" for names, why in _LEFT_OUT)
    return "\n".join(
        [
            _HEAD.format(
                chosen=sum(not entry.spec.extra for entry in alive),
                more=sum(bool(entry.spec.extra) for entry in alive),
                ended=len(ended),
            ),
            _ways({_way(entry) for entry in alive}),
            _AFTER_WAYS,
            "## All services\n",
            f"| {' | '.join(_COLUMNS)} |",
            "|---" * len(_COLUMNS) + "|",
            *(_line(entry) for entry in in_order),
            "",
            *(_section(entry) for entry in in_order),
            "## Ended\n",
            f"A search finds these and says so; they cannot be chosen: {', '.join(ended)}.\n",
            _NOT_HERE.replace("{left_out}", left_out),
        ]
    )


def _ways(used: set[str]) -> str:
    rows = "\n".join(
        f"| **{way.title}** | {way.why} | {' | '.join(way.calls)} |" for name, way in _WAYS.items() if name in used
    )
    return (
        "## Ways to write\n\n"
        "The last columns count the calls: for the first update of a name, for a later one, and for a comparison that "
        "finds nothing to do. Such a comparison follows a start, a fault, or `update`; a round without a change asks "
        "no service at all. The same three numbers stand beside each service below; tests measure them.\n"
        f"\n| way | why | first | later | nothing |\n|---|---|---|---|---|\n{rows}\n"
    )


def _way(entry: Entry) -> str:
    family = {"dyndns2": "table", "rfc2136": "standard", "lexicon": "lexicon"}
    return family.get(entry.spec.family, "native")


def _line(entry: Entry) -> str:
    spec, can = entry.spec, entry.spec.capabilities
    pause = format_duration(round(spec.min_write_interval)) if spec.min_write_interval else ""
    cells = (
        f"[{spec.title}](#{_anchor(spec)})",
        f"`{spec.id}`",
        _WAYS[_way(entry)].title.lower(),
        _families(can),
        "yes" if can.list_zones else "no",
        "yes" if can.multi_value else "no",
        _ttl(can),
        pause,
        " / ".join(map(str, entry.calls)) if entry.calls else "",
    )
    return f"| {' | '.join(cells)} |"


def _families(can: Capabilities) -> str:
    return " ".join(name for name, has in (("A", can.a), ("AAAA", can.aaaa)) if has)


def _ttl(can: Capabilities) -> str:
    if can.ttl is None:
        return "set by the service"
    lowest, highest = can.ttl
    return f"from {lowest}" if highest >= 2**31 - 1 else f"{lowest} to {highest}"


def _anchor(spec: ProviderSpec) -> str:
    return spec.id.replace("_", "-")


def _section(entry: Entry) -> str:
    spec, can = entry.spec, entry.spec.capabilities
    about = [f"`{spec.id}`"]
    others = [name for name in spec.aliases if name != spec.id]
    if others:
        about.append(f"also found as {', '.join(others)}")
    if spec.homepage:
        about.append(f"<{spec.homepage}>")
    able = [
        words
        for words, yes in (
            ("can keep the proxied flag", can.proxied),
            ("takes wildcard names", can.wildcard),
        )
        if yes
    ]
    remarks = [
        *(["**Reached without encryption: everybody on the way can read the secret.**"] if spec.plain_http else []),
        *([f'Needs an optional part: `pip install "ddns-tray[{spec.extra}]"`.'] if spec.extra else []),
        *([str(spec.note)] if spec.note is not None else []),
        *([f"{', '.join(able).capitalize()}."] if able else []),
    ]
    fields = [_field(item) for item in spec.fields if item.name != "base_url" or item.default is None]
    server = next((item.default for item in spec.fields if item.name == "base_url"), None)
    source = _source(entry)
    told = [f"Talks to `{server}`."] if server else []
    told += [f"The secret is made at <{spec.token_page}>."] if spec.token_page else []
    told += [f"Written from: {source}."] if source else []
    return (
        "\n\n".join(
            part
            for part in (
                f'<a id="{_anchor(spec)}"></a>\n\n### {spec.title}',
                f"{' · '.join(about)}",
                " ".join(remarks),
                "\n".join(fields),
                " ".join(told),
            )
            if part
        )
        + "\n"
    )


def _field(item: FieldSpec) -> str:
    name = f"`{item.name}`" if item.required else f"[`{item.name}`]"
    secret = " (**secret**)" if item.secret else ""
    default = f" Default: `{item.default}`." if item.default else ""
    choices = f" One of {', '.join(f'`{choice}`' for choice in item.choices)}." if item.choices else ""
    return f"- {name}{secret} {item.label}. {item.help}{choices}{default}"


_SOURCE = re.compile(r"\bSources?(, read on (?P<date>[\d-]+))?: (?P<words>.+?)(?=\.( [A-Z]|$))", re.MULTILINE)

_FACTS = {row.id: row.facts for row in ALL}


def _source(entry: Entry) -> str:
    """What the service was written from: the row's word, or the sentence of the module that says so."""
    facts = _FACTS.get(entry.spec.id)
    if facts is not None:
        return facts
    found = find_spec(entry.module)
    if found is None or found.origin is None:
        return ""
    words = ast.get_docstring(ast.parse(Path(found.origin).read_text(encoding="utf-8"))) or ""
    said = _SOURCE.search("\n".join(" ".join(part.split()) for part in words.split("\n\n")))
    if said is None:
        return ""
    return said["words"] + (f" (read on {said['date']})" if said["date"] else "")


if __name__ == "__main__":
    sys.stdout.buffer.write(reference().encode())
