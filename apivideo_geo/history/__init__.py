"""The history: one Parquet file per day, and the ledger of days."""
