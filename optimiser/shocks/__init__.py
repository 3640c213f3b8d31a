"""Shocks: what each loss, rise in price or change of membership would do, by allocating again."""
