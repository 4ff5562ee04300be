"""New overlays, and their places in flake.nix; and out of it again."""
