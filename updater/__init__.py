"""Keeps the version, rev and hash pins of Nix overlays new, true and buildable."""

__version__ = "0.1.0"
