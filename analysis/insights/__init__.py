"""Detection of what is worth telling: each kind a file, over the same panels of daily figures."""
