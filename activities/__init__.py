"""Side effects: one class per subject, its clients in the constructor.

Each docstring says what a second run does, because Temporal runs an activity at least once.
"""
