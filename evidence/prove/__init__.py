"""Faults while mails flow, and the proof that none is lost or doubled. A fault is declared in the file of its kind."""
