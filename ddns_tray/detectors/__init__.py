"""How we learn our address: the registry of sources, explicit so that it can be read in one look.

    https                 the built-in operators (`operators.py`)
    https:NAME            one of them
    https://…, http://…   any service that answers with the address and nothing else
    interface:NAME        an address of this machine; `interface:` takes any interface
    command:PROGRAM ARGS  whatever a program prints
    static:ADDRESS        what the person says; `static:` says that there is no address

This room decides neither which sources agree nor whether an address may be written: see `core.agree`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.text import text
from ddns_tray.detectors.base import LONGEST_LOOK, Tools

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.model import InterfaceAddress
    from ddns_tray.core.ports import Chance, Clock, Detector, HttpClient

__all__ = ["build_detectors"]


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
) -> tuple[Detector, ...]:
    """Return a detector for each source, in order; a preset gives several. Raises `ConfigError` for one unknown.

    Of a preset, `quorum` operators have rank 0 and the others wait; `chance` spreads users over the operators.
    `timeout` bounds one look, in seconds. `environment` is what a command may inherit from (only what programs need to
    run is passed on).
    """
    tools = Tools(
        http=http,
        clock=clock,
        interfaces=interfaces,
        chance=chance,
        quorum=quorum,
        timeout=timeout,
        environment=os.environ if environment is None else environment,
    )
    return tuple(detector for source in dict.fromkeys(sources) for detector in _build(source, tools))


def _build(source: str, tools: Tools) -> Sequence[Detector]:
    # Imported here: a start that needs none of them should not pay for them.
    from ddns_tray.detectors.command import command_detectors  # noqa: PLC0415 - as above
    from ddns_tray.detectors.interface import interface_detectors  # noqa: PLC0415 - as above
    from ddns_tray.detectors.static import static_detectors  # noqa: PLC0415 - as above
    from ddns_tray.detectors.web import web_detectors  # noqa: PLC0415 - as above

    factories: Mapping[str, Callable[[str, Tools], Sequence[Detector]]] = {
        "https": web_detectors,
        "http": web_detectors,
        "interface": interface_detectors,
        "command": command_detectors,
        "static": static_detectors,
    }
    factory = factories.get(source.partition(":")[0].strip().lower())
    if factory is None:
        raise ConfigError(
            text("The address source {source} is not known.", source=source),
            text("Known are: {known}.", known="https, https://…, http://…, interface:…, command:…, static:…"),
        )
    return factory(source.strip(), tools)
