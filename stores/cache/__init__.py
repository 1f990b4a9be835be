"""Redis or Valkey: speed and wake-ups, never the only place of a fact."""
