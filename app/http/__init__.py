"""The HTTP app: GraphQL, uploads, health, metrics, and what surrounds each request."""
