"""Deterministic orchestration: timers, fan-out and fairness.

Imports activity classes (inside `imports_passed_through`), `contracts` and `scheduling`, and nothing else of the
project. No clock, no randomness, no environment: only what Temporal offers for them.
"""
