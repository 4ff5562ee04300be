"""GitHub's API, where pull requests are made."""
