"""TikTok Ads reports: the source TIKTOK_ADS."""
