"""Whole worlds by seed: the real engine, planner and judge among faults, on a clock that costs nothing.

`truth` is what really is, `ports` is how the engine meets it, `weather` is what goes wrong and when, `oracle` says what
must never happen, and `story` runs one seed and makes a failing one short.
"""
