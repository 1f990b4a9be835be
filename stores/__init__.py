"""Floor 1: the only place with drivers. Every method takes the scope first."""
