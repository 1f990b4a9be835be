"""What the numbers are: each metric defined once, and the arithmetic of rates and changes."""
