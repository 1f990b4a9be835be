"""Frozen records that travel between floors; one module a slice."""
