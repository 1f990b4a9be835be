"""Floor 3: what each field means. Takes a Session, returns records, knows no Strawberry."""
