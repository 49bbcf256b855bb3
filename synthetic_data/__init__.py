"""Small synthetic data sets with a known truth, and what makes them."""
