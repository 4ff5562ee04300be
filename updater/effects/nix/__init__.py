"""Nix: the only place that starts it."""
