"""What leaves the house: everything here stamps what it writes."""
