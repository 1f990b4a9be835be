"""What makes the schema a subgraph: entities by their keys, traces for gateways."""
