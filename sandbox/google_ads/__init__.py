"""Google Ads API v26: searchStream over GAQL, and the OAuth2 token endpoint."""
