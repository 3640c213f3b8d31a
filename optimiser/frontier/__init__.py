"""The frontier: what a mile nearer to home costs, at the fewest children without a place."""
