"""Cooperation: what pooling is worth, and contributions that no group of councils would do better without."""
