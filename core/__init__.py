"""Floor 0: the words every other floor speaks. Standard library, pydantic and jmespath only."""
