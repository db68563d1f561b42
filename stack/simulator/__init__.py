"""A hundred mail providers in one process, each on a port of its own and with faults on demand."""
