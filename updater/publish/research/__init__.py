"""What a reviewer wants to know of an update besides the edit."""
