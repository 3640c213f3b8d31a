"""What comes in: the region pack of section 1 of the contract, parsed and checked at the door."""
