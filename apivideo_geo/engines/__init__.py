"""A name to an Ibis connection, and what differs from engine to engine when files are read.

This room alone imports an engine, when asked. Everything else says what it wants in Ibis.
"""

from apivideo_geo.engines.connecting import connect, sparing
from apivideo_geo.engines.failing import OutOfMemory, engine_errors
from apivideo_geo.engines.reading import FILE, READERS, Layout, hold_rows, read_facts, read_sessions

__all__ = [
    "FILE",
    "READERS",
    "Layout",
    "OutOfMemory",
    "connect",
    "engine_errors",
    "hold_rows",
    "read_facts",
    "read_sessions",
    "sparing",
]
