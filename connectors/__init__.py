"""Floor 1: one folder per source. A connector yields raw pages; it knows no database."""
