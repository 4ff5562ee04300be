"""A chosen candidate -> the hashes that its change writes."""
