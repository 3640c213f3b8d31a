"""The check of a run without a solver: its own reading of the contract, and none of the model's code."""
