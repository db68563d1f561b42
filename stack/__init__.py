"""The world around Tempost on one machine: PostgreSQL, Temporal, supervisor, provider simulator.

Never part of a production image; nothing outside `stack`, `evidence`, `cli` and the tests imports it.
"""
