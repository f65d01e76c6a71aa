"""Benchmarks: compare the product with bare DuckDB and pandas. Not part of the product."""
