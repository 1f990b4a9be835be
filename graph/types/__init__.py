"""Object types; one module a slice. They refer to each other in circles by nature."""
