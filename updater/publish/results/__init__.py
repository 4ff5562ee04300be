"""What `--output DIR` leaves for `publish DIR`, and how it is checked."""
