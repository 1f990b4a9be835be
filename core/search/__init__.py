"""What questions mean and how answers are put in order. Pure, and light to import."""
