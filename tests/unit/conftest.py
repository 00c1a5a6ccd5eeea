"""How Hypothesis looks for trouble here: no deadline (the machine may be busy), the same examples for everybody."""

from hypothesis import settings

settings.register_profile("unit", deadline=None, derandomize=True)
settings.load_profile("unit")
