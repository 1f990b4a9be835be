"""The demo: two shops on the stand-in ad platform, synced and queried through the API."""
