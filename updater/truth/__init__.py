"""What a pin truly holds, found in the history of its upstream."""
