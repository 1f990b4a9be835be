"""GOOGLE_ADS: the Google Ads API over REST."""
