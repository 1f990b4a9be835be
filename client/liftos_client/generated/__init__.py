"""Generated; see client/generate.py."""
