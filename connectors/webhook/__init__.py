"""Webhooks: signed events that a sender brings, orders and conversions."""
