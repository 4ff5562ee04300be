"""HTTP, bounded and retried; its exceptions end here."""
