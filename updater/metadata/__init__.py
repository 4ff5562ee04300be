"""What a source says of itself, read statically: nothing is run."""
