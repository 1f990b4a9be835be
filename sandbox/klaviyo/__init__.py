"""Klaviyo's API over the shared world: campaigns, flows, reports and metric aggregates."""
