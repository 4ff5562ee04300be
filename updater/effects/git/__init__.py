"""git: the user's repository, and the histories of upstreams."""
