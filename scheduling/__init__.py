"""Pure algorithms and their plain types.

No clock, no randomness, no I/O, no Temporal: `now` is an argument. Every algorithm has property tests.
"""
