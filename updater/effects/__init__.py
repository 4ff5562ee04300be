"""The outside world: the only folder that imports httpx, runs a program or writes a file."""
