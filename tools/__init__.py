"""Development time only."""
