"""Nix text: read overlays into packages, plan edits as byte spans, order files by dependency."""
