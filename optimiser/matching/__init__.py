"""Who may live where, and what it is worth: eligibility, score → Instance."""
