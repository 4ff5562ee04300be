"""Planned values -> byte edits, proven to change nothing else. Pure."""
