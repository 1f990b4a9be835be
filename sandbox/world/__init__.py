"""Ground truth: accounts, campaigns and what happened, as seen at any moment."""
