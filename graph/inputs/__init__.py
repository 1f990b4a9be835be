"""Input types; one module a slice."""
