"""Who is calling: tokens, API keys, gateway signatures, and the door that issues scopes."""
