"""Uploaded files: CSV, TSV, JSON, NDJSON, XLSX and Parquet, read as pages of records."""
