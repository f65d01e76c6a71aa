"""The network boundary: the only room that speaks HTTP."""
