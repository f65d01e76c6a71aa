"""The invented account of the demo."""
