"""What a world is like before anything happens in it."""

from __future__ import annotations

import random
from dataclasses import dataclass

MOST_SOURCES, MOST_RESOLVERS = 6, 5


@dataclass(frozen=True)
class Plot:
    """What a world is like before anything happens in it."""

    seed: int
    both_families: bool
    two_names: bool
    quorum: int
    interval: float
    sources: int
    presets: bool
    router: bool
    style: str
    write_interval: float
    lags: tuple[float, ...]
    resolvers: int
    backends: int
    ttl: int
    wished_ttl: int | None
    negative_ttl: int
    exists: bool
    two_lines: bool

    @classmethod
    def of(cls, seed: int) -> Plot:
        """Draw one."""
        chance = random.Random(f"plot {seed}")
        quorum = chance.choice((1, 2, 2, 2, 3))
        style = chance.choice(("sets", "records", "records", "blind"))
        return cls(
            seed=seed,
            both_families=chance.random() < 0.3,
            two_names=chance.random() < 0.3,
            quorum=quorum,
            interval=chance.choice((30.0, 60.0, 60.0, 60.0, 300.0)),
            sources=chance.randint(max(2, quorum), MOST_SOURCES),
            presets=chance.random() < 0.6,
            router=chance.random() < 0.5,
            style=style,
            write_interval=chance.choice((0.0, 60.0, 300.0)) if style == "blind" else 0.0,
            lags=tuple(sorted(chance.choice((0.0, 2.0, 10.0, 20.0)) for _ in range(chance.randint(1, 3)))),
            resolvers=chance.randint(2, MOST_RESOLVERS),
            backends=chance.choice((1, 1, 1, 2)),
            ttl=chance.choice((60, 300, 600)),
            wished_ttl=chance.choice((None, None, 60, 120)),
            negative_ttl=chance.choice((60, 300)),
            exists=chance.random() < 0.8,
            two_lines=chance.random() < 0.2,
        )
