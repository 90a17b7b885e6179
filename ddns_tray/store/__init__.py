"""What is kept: the settings file, secrets, and what the engine remembers. Every write is atomic."""
