"""The whole product with no account, no root and no internet: a small world on loopback, and a story in it.

The engine, the adapters and the front ends are the real ones; only the world is small: name servers, a cache, a
provider with the API of PowerDNS, and two pages that tell the address. This room knows nothing of the engine.
"""

from ddns_tray.demo.story import Scene, Story
from ddns_tray.demo.world import DemoWorld, MemorySecrets, NoMemory

__all__ = ["DemoWorld", "MemorySecrets", "NoMemory", "Scene", "Story"]
