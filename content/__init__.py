"""Templates: compiled, checked and rendered within limits. Knows nothing of mail or tables."""
