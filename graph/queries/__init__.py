"""Root fields of Query; one module a slice."""
