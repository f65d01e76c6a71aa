"""Maps, legends and pictures."""
