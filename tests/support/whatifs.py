"""What-ifs that several tests ask."""

HALF_AND_SLOWER = """
[[change]]
name = "half"
rate = "entries"
multiply = 0.5
[[change]]
name = "slower"
rate = "exits"
multiply = 0.8
"""
