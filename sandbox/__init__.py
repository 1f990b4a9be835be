"""Stand-in ad platforms: the real wire protocols over a generated, reproducible world.

The sandbox imports nothing from the rest of the project, because it plays the outside
world. Every folder with a `platform.py` is a platform; all of them share one ground truth
(`sandbox/world/`).
"""
