"""Statements and the functions that run them, one file per subject. None of them commits."""
