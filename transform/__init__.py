"""Floor 1: pure pandas, frame in, frame out; no I/O, no event loop."""
