"""Floor 5: puts everything together: HTTP, identity, the command line, embedded services."""
