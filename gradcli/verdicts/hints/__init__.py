"""What is wrong with a side that is refuted: the smallest known mistake that mends it."""
