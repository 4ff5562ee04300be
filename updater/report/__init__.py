"""Outcomes for people and machines: terminal, JSON."""
