"""Floor 2: reads of one request gathered into few store calls, over the stores' ports."""
