"""Writes docs/settings.md from the table of `core.settings_schema`, in English.

python -m ddns_tray.core.settings_reference > docs/settings.md
"""

from __future__ import annotations

import json
import sys

from ddns_tray.core.durations import format_duration
from ddns_tray.core.settings import SCHEMA_VERSION
from ddns_tray.core.settings_schema import ARRAY_SECTIONS, SECTIONS, Kind, Setting, settings_of

_HEAD = f"""\
# Settings

<!-- Made from the table in ddns_tray/core/settings_schema.py: python -m ddns_tray.core.settings_reference -->

One TOML file holds everything except secrets; `ddns-tray config path` says where it lies. The settings window and the
command line edit the same file and keep your comments. `ddns-tray config check` names every fault with its line.

The file begins with `schema = {SCHEMA_VERSION}`. Durations are written `"60s"`, `"5m"`, `"1h"` or as a number of
seconds. All keys are optional unless marked **required**.

```toml
schema = {SCHEMA_VERSION}

[address]
interval = "60s"

[[account]]
id = "home"
provider = "powerdns"
server = "http://127.0.0.1:8081"

[[record]]
name = "home.example.org"
types = ["A", "AAAA"]
account = "home"
```
"""

_ABOUT = {
    "general": "The program itself.",
    "address": "How to learn the public address.",
    "address.ipv4": "Overrides `[address]` for IPv4.",
    "address.ipv6": "Overrides `[address]` for IPv6.",
    "line": (
        "Only with several ways to the world: one table for each, with either `interface` or `local_address`. Without"
        " `sources` of its own a line has those of `[address]`, except `command`, `file`, `interface` and `static`. A"
        " record names its lines in `line`; see [Several lines](#several-lines)."
    ),
    "account": (
        "One table for each account at a DNS service. Beside these keys it takes the plain fields of its provider, as"
        " `ddns-tray providers` lists them; every service that is reached over HTTP takes `base_url`."
    ),
    "record": "One table for each name to keep or to watch.",
    "verify": "How to prove that the names lead here.",
    "alerts": "Which changes are told on the desktop, if `notifications` in `[general]` is on.",
    "metrics": "For a later version; may be there with an empty value.",
    "history": "For a later version; may be there with an empty value.",
}

_TAIL = """\
## Sources of addresses

| form | what it does |
|---|---|
| `router` | asks the router of this network, in whatever it speaks: NAT-PMP, UPnP or PCP |
| `natpmp:`, `pcp:`, `upnp:` | asks the router in this way; an address behind the colon names another one |
| `https` | asks services of a built-in list, over HTTPS |
| `stun` | asks servers of a built-in list, with STUN (RFC 8489) |
| `dns` | asks name servers of a built-in list, with names whose answer is the address of whoever asks |
| `https:NAME`, `dns:NAME` | asks one of the list, such as `https:ipify.org` or `dns:google.com` |
| `https://HOST/PATH` | asks this service; its whole answer must be one address |
| `http://HOST/PATH` | the same without encryption: anybody on the way can change the answer |
| `stun:HOST`, `stun:HOST:PORT` | asks this STUN server |
| `dns://SERVER/NAME/TYPE` | asks this name server; TYPE is `A`, `AAAA`, `TXT`, or `CH` for a text of the class CHAOS |
| `dns+tls://SERVER/NAME/TYPE`, `dns+https://…` | the same over DNS over TLS, or over HTTPS (at `/dns-query`) |
| `interface:NAME` | takes the address of a network interface |
| `command:PROGRAM` | runs a program that prints one address |
| `file:PATH` | reads a file that holds one address, or one of each kind |
| `static:ADDRESS` | always this address |

Of the words that stand for a list, a look asks as many sources as the quorum needs, of different kinds, and others only
while there is no agreement. While the router says what it said before, nobody outside is asked for an hour or so;
without a router that tells, one source in turn stands watch every few minutes, so strangers get fewer than 300
questions a day at the default interval. Sources that are written out in full are asked at every look. A source that
contradicts the others, asks to be left alone or does not answer rests for a while.

The sources of one operator, and those that ask the router, count as one witness. Where a source asks is always asked
directly, never through a proxy. `pcp` has to open a port for a moment to learn the address, and closes it again.

## Several lines

```toml
[[line]]
id = "fibre"
interface = "eth0"

[[line]]
id = "lte"
interface = "wwan0"
return_after = "10m"

[[record]]
name = "home.example.org"
line = ["fibre", "lte"]
account = "home"
```

The sources of a line are asked through it alone: their sockets are bound to the interface on Linux, where the system
permits it, and elsewhere to the address that the interface has. Names of sources are looked up as the system does it.
While the line that the system takes is dead, services are told and names are proven through one that is up; only those
behind dns-lexicon are not.

A name follows the first of its lines that is up. It leaves a line only when that one is down: when in at least three
looks in a row, over 25 seconds or more, its interface was gone, nobody outside could be heard through it, or its
sources agreed that it has no public address. One failed look moves nothing, and while the line in use has no certain
address the name keeps the one it has. It moves to a later line only if that one has an address that is agreed on, and
returns to an earlier one when each look has found that one up for its `return_after`.

`interface` or `local_address` in `[address]` bind the sources of names that follow no line.

## Behind a VPN

Where the traffic of this computer leaves through a tunnel, the world sees the address of the tunnel's other end, and
somebody has to say whose address a name shall have: `view = "home"` for that of your own line (its sources are asked
through the interface that leads to your router), `view = "world"` for what the world sees. As long as nothing is chosen
and the two may differ, a name keeps the address that it has.

## Resolvers

| form | what it asks |
|---|---|
| `system` | the resolvers that this computer uses |
| `udp://ADDRESS`, `udp://ADDRESS:PORT` | DNS over UDP, and over TCP where the answer is too long |
| `tcp://ADDRESS` | DNS over TCP |
| `tls://HOST` | DNS over TLS (RFC 7858) |
| `https://HOST/PATH` | DNS over HTTPS (RFC 8484) |

IPv6 addresses stand in brackets: `udp://[2620:fe::fe]:53`. An address alone means `udp://`. `tls` and `https` take
`?ip=ADDRESS` (ask this address, still prove the name) and `?ca=FILE` (trust this certificate authority).

## Secrets

Secrets do not belong in this file, and one that is found here is refused. `ddns-tray secret set ACCOUNT FIELD` puts it
into the keyring of the system (service `ddns-tray`, user `ACCOUNT/FIELD`). Where there is no keyring, these places are
asked in this order:

1. the environment variable `DDNS_TRAY_SECRET_<ACCOUNT>_<FIELD>`: upper case, every other sign an underscore;
2. the same variable in a file `.env` beside the settings file;
3. systemd credentials: a file `ddns-tray.ACCOUNT.FIELD` or `ACCOUNT.FIELD` in `$CREDENTIALS_DIRECTORY`;
4. the file named by `secrets_file` in `[general]`, which is **not encrypted**. It is used only if its owner alone may
   read it; on Windows this is not looked at: keep it in a folder of your own.
"""


def reference() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([_HEAD, *(_section(section) for section in SECTIONS), _TAIL])


def _section(section: str) -> str:
    opening, closing = ("[[", "]]") if section in ARRAY_SECTIONS else ("[", "]")
    rows = "\n".join(_row(rule) for rule in settings_of(section))
    return (
        f"## `{opening}{section}{closing}`\n\n{_ABOUT[section]}\n\n"
        f"| key | value | default | meaning |\n|---|---|---|---|\n{rows}\n"
    )


def _row(rule: Setting) -> str:
    meaning = "Not available in this version." if rule.later else str(rule.help)
    return f"| `{rule.key}` | {_value(rule)} | {_default(rule)} | {meaning} |"


def _value(rule: Setting) -> str:
    if rule.choices:
        words = ", ".join(f"`{json.dumps(choice)}`" for choice in rule.choices)
        return f"list of {words}" if rule.kind.is_list else f"one of {words}"
    kinds = {
        Kind.BOOLEAN: "`true` or `false`",
        Kind.INTEGER: "whole number",
        Kind.DURATION: "duration",
        Kind.NAME: "host name",
        Kind.HOST_PART: "end of an IPv6 address",
        Kind.INTERFACE: "name of a network interface",
        Kind.LOCAL_ADDRESS: "IP address",
        Kind.IDENTIFIER: "letters, digits, `-`, `_`",
        Kind.SOURCES: "list of [sources](#sources-of-addresses)",
        Kind.RESOLVERS: "list of [resolvers](#resolvers)",
        Kind.SERVERS: "list of addresses, with a port if it is not 53",
        Kind.ADDRESSES: "list of IP addresses",
        Kind.TEXT_LIST: "list of texts",
    }
    return kinds.get(rule.kind, "text") + _range(rule)


def _range(rule: Setting) -> str:
    if rule.minimum is None or rule.maximum is None:
        return ""
    written = format_duration if rule.kind is Kind.DURATION else str
    return f", {written(round(rule.minimum))} to {written(round(rule.maximum))}"


def _default(rule: Setting) -> str:
    if rule.required:
        return "**required**"
    if rule.default is None:
        inherited = rule.section.startswith("address.") or (rule.section == "line" and rule.key == "quorum")
        return "as in `[address]`" if inherited else "not set"
    if rule.section == "line" and rule.key == "sources":
        return "as in `[address]`"
    if rule.kind is Kind.DURATION and isinstance(rule.default, float):
        return f'`"{format_duration(rule.default)}"`'
    return f"`{json.dumps(rule.default)}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
