"""Overlay files on disk -> packages, and which of them a run is about."""
