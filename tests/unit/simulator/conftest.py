"""Settings of the property tests."""

from hypothesis import settings

settings.register_profile("simulator", deadline=None)
settings.load_profile("simulator")
