"""The run that says in documents what a tenant has, and what follows documents."""
