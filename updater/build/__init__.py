"""Building to confirm: what Nix is asked, and what its answers mean. No I/O."""
