"""Meta Marketing API insights (Facebook, Instagram): the source META_ADS."""
