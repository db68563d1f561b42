"""Benchmarks: each is a file with a `run`; load through the public API, judged at the simulator's journal."""
