"""Nix text -> packages with their sources, and the byte spans of both. Pure."""
