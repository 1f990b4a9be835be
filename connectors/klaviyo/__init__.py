"""Klaviyo's reports on e-mail, text messages and push: the source KLAVIYO."""
