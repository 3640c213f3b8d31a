"""The verbs, by what they work on, and what they print; no sums here."""
