"""What a run leaves to be taken away: CSV, JSON, Parquet."""
