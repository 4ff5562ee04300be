"""What a new release makes necessary in an overlay, one file a kind; nothing is written. Pure."""
