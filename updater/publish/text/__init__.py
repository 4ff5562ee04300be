"""What pull requests, commits and the dashboard say. Pure."""
