"""Root fields of Mutation; one module a slice."""
