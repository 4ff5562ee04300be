"""A package and what its upstream offers -> the decision what its pin becomes."""
