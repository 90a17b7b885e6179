"""The quiet room: what is true and what to do about it.

Pure functions and frozen data; the standard library only, no input or output, no clock of its own. Everything that
touches the world lives in another room and reaches this one through the Protocols of `core.ports`.
"""
