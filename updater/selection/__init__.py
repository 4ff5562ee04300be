"""Overlay files -> packages, and which of them a run is about."""
