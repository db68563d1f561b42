"""Settings of the property tests."""

from hypothesis import settings

settings.register_profile("scheduling", deadline=None)
settings.load_profile("scheduling")
