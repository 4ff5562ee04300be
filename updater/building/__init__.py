"""What Nix is asked to evaluate, build and import, and what its answers mean."""
