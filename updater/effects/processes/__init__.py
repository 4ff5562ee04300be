"""Programs, copies of this process, and what they inherit."""
