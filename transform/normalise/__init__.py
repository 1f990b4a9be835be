"""What the normalisers of all sources share; each source has its own in its connector's folder."""
