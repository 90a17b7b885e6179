"""The commands of the command line, one file a topic. Each is a function of a `Context` and the parsed arguments.

Nothing here is imported before its command was chosen; heavy rooms (engine, wiring, keyring) load inside functions.
"""
