"""Which document is carried out: by its id or as it was sent, as far as the tenant lets it pass."""
