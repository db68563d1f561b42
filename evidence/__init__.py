"""Demo and benchmarks: load through the public API, judged at the simulator's journal, never at our own counters."""
