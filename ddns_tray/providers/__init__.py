"""How records are written: one module a service, an explicit registry in front of them.

Start at `registry`; nothing here knows the engine, and no service's module is loaded until an account of it is opened.
"""
