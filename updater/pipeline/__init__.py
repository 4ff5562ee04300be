"""Packages -> outcomes: the stages, and the only place that knows their order."""
