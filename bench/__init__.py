"""How fast it is, beside DuckDB and pandas alone. Not part of the product."""
