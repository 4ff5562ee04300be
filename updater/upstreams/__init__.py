"""Upstreams, one file each: where versions come from and how they are asked for."""
