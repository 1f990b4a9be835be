"""Meta Marketing API v26.0: insights, report runs, accounts and their campaigns."""
