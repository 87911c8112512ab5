"""How recommendations are measured: the protocol, its windows, choosing by them, and the report."""
