"""What a route does beyond reading and answering: checks, and the order of writes. One file per subject."""
