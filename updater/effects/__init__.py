"""The outside world: the only folder that asks the network, runs a program or touches a file."""
