"""The round and the clock: detect → plan → apply → observe → judge → tell.

The engine knows the Protocols of `core.ports` and nothing else; every adapter comes in as an argument (`EngineSetup`).
It has no words, no files and no Qt.
"""

from ddns_tray.engine.engine import Engine
from ddns_tray.engine.setup import Care, EngineSetup, RoundRequest

__all__ = ["Care", "Engine", "EngineSetup", "RoundRequest"]
