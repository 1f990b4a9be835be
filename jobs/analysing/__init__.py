"""The run that looks for what is worth telling, and judges what was told before."""
