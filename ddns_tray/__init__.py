"""DDNS Tray: keeps DNS names equal to a changing public address, and proves it."""

__version__ = "0.1.0"
