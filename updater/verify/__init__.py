"""Whether a pin is what it says."""
