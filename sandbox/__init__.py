"""Stand-in ad platforms: the real wire protocols over a generated, reproducible world.

The sandbox imports nothing from the rest of the project, because it plays the outside
world. One folder per platform (`sandbox/meta/`) shares one ground truth (`sandbox/world/`).
"""
