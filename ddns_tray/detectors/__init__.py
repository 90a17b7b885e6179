"""How we learn our address: the registry of sources, explicit so that it can be read in one look.

    router                whatever the default router speaks (`router.py`)
    natpmp:, pcp:, upnp:  one protocol; an address behind the colon names another router
    https                 the built-in operators (`operators.py`)
    https:NAME            one of them
    https://…, http://…   any service that answers with the address and nothing else
    stun                  the built-in servers (`stun.py`)
    stun:HOST:PORT        one server
    dns                   the built-in questions (`whoami.py`)
    dns:NAME              one of them
    dns://SERVER/NAME/TYPE, dns+tls://…, dns+https://…
    interface:NAME        an address of this machine; `interface:` takes any interface
    command:PROGRAM ARGS  whatever a program prints
    file:PATH             whatever stands in a file
    static:ADDRESS        what the person says; `static:` says that there is no address

This room decides neither which sources agree nor whether an address may be written: see `core.agree`.
"""

from __future__ import annotations

import importlib
import os
from ssl import create_default_context
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.text import text
from ddns_tray.detectors.base import LONGEST_LOOK, Tools
from ddns_tray.detectors.presets import in_turns
from ddns_tray.detectors.way_out import ANYWHERE, WayOut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from ssl import SSLContext

    from ddns_tray.core.model import DefaultRoute, Family, InterfaceAddress
    from ddns_tray.core.ports import Chance, Clock, Detector, HttpClient
    from ddns_tray.detectors.base import BaseDetector
    from ddns_tray.detectors.presets import Preset

__all__ = ["ANYWHERE", "WayOut", "build_detectors"]


def build_detectors(
    sources: Sequence[str],
    *,
    http: HttpClient,
    clock: Clock,
    interfaces: Callable[[], Sequence[InterfaceAddress]],
    chance: Chance | None = None,
    quorum: int = 2,
    timeout: float = LONGEST_LOOK,
    environment: Mapping[str, str] | None = None,
    family: Family | None = None,
    routes: Callable[[], Sequence[DefaultRoute]] = tuple,
    tls: Callable[[], SSLContext] = create_default_context,
    out: WayOut = ANYWHERE,
) -> tuple[Detector, ...]:
    """Return the detectors of all sources; a preset gives several. Raises `ConfigError` for a source that is unknown.

    Of the presets together, `quorum` detectors have rank 0 and the others wait (`presets.in_turns`); `chance` spreads
    users over the operators. With `family`, those that cannot see it are left out and hold nobody's place. `timeout`
    bounds one look, in seconds. `environment` is what a command may inherit from (only what programs need to run is
    passed on), `routes` tells the default routes, `tls` whom to trust for DNS over TLS, `out` by which way to ask.
    """
    tools = Tools(
        http=http,
        clock=clock,
        interfaces=interfaces,
        chance=chance,
        quorum=quorum,
        timeout=timeout,
        environment=os.environ if environment is None else environment,
        routes=routes,
        tls=tls,
        out=out,
    )
    written: list[BaseDetector] = []
    presets: list[Preset] = []
    for source in dict.fromkeys(each.strip() for each in sources):
        preset = _preset(source.lower(), tools)
        if preset is not None:
            presets.append(preset.seeing(family))
        else:
            written += _build(source, tools)
    seeing = [detector for detector in written if family is None or family in detector.families]
    return (*seeing, *in_turns(presets, quorum))


# Module and maker of each: a start loads the modules of its own sources and no other.
_PRESETS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "router": ("router", "router_preset"),
        "https": ("web", "web_preset"),
        "stun": ("stun", "stun_preset"),
        "dns": ("whoami", "whoami_preset"),
    }
)
_SCHEMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "natpmp": ("router", "router_detectors"),
        "pcp": ("router", "router_detectors"),
        "upnp": ("router", "router_detectors"),
        "https": ("web", "web_detectors"),
        "http": ("web", "web_detectors"),
        "stun": ("stun", "stun_detectors"),
        "dns": ("whoami", "whoami_detectors"),
        "dns+tls": ("whoami", "whoami_detectors"),
        "dns+https": ("whoami", "whoami_detectors"),
        "interface": ("interface", "interface_detectors"),
        "command": ("command", "command_detectors"),
        "file": ("file", "file_detectors"),
        "static": ("static", "static_detectors"),
    }
)


def known_sources() -> Mapping[str, tuple[str, str]]:
    """Every word that a source may begin with (a preset's stands alone), and the module and maker that it leads to."""
    return {**_PRESETS, **{f"{scheme}:": place for scheme, place in _SCHEMES.items()}}


def _preset(word: str, tools: Tools) -> Preset | None:
    if word not in _PRESETS:
        return None
    make: Callable[[Tools], Preset] = _maker(_PRESETS[word])
    return make(tools)


def _build(source: str, tools: Tools) -> Sequence[BaseDetector]:
    scheme = source.partition(":")[0].strip().lower()
    if scheme not in _SCHEMES:
        raise ConfigError(
            text("The address source {source} is not known.", source=source),
            text("Known are: {known}.", known=", ".join(f"{each}:…" for each in _SCHEMES)),
        )
    make: Callable[[str, Tools], Sequence[BaseDetector]] = _maker(_SCHEMES[scheme])
    return make(source, tools)


def _maker(place: tuple[str, str]) -> Any:
    module, name = place
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
