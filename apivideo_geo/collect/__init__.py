"""Bring the history up to date."""
