"""Floor 4: background work. Composes connectors, transforms and stores; knows no GraphQL."""
