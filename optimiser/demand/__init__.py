"""The SSDA903 history → rates → forecast."""
