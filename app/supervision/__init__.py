"""Child processes: started, kept alive, and never left behind."""
