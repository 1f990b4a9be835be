"""What sends a value back to ordinary completion."""


class Unusual(Exception):
    """Something was met that ordinary completion tells better: an error, a null out of place."""
