"""Sessions to facts, facts to the Summary: Ibis tables in, small tables out. No files, no engine names."""
