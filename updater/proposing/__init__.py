"""Proposed updates -> pull requests. What their rules and texts are is in `publish`."""
