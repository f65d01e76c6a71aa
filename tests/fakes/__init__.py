"""A stand-in api.video: an invented account with known truth, served over real HTTP on loopback."""
