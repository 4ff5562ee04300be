"""Candidates and policy -> choice. Pure: the clock and all facts come in as values.

Versions are ordered as PEP 440 says, through ``packaging``. A label is not trusted: what a pin
holds comes from its tag or commit where one is known.
"""
