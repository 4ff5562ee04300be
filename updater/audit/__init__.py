"""Rules in two shelves: on what a change does, and on what an overlay says."""
