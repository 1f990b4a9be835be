"""The command line: one file per group of commands, each loaded only when it is used."""

import os

# Read when numpy is loaded: many small products, by several runs at once, are made faster each by
# one thread than by threads that wait for each other. Who sets it has reasons to.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
