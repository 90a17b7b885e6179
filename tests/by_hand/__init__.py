"""Tests against servers that are too large to be installed for every run: `python -m tests.by_hand [NAME]`."""
