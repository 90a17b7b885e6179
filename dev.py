"""Set up, run and test."""
