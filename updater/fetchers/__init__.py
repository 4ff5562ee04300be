"""Nix fetchers, one file each: what their arguments mean and how a new pin is written in them."""
