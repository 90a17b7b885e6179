"""The front room: everything that a person sees. PySide6 lives here and in `ddns_tray.app` only.

It knows `core` and `words`; the engine, the settings and the keyring come in as the ports of `core.ports`.
"""
