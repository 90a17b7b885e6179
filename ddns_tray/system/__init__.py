"""The manners of each operating system, without Qt: one base, one file a system, a factory."""
