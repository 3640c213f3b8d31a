"""What to open and recruit, where: the programme with places that do not exist yet."""
