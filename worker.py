"""Starts the Temporal workers."""
