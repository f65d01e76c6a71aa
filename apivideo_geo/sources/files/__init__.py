"""Session files: CSV, JSON, NDJSON and Parquet, in any mixture, read as one sessions table.

**Which days the files cover.** Each file covers every UTC day from its first to its last session. A day in between
without sessions was collected and has none. A day between two files, within neither, is a gap: it is unknown whether it
was ever exported. A file without sessions covers no day.

The engine reads CSV, NDJSON and Parquet, so these may be larger than the memory. JSON that is not one session a line is
loaded into memory.
"""
