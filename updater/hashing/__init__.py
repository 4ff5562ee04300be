"""Hashes: the formats Nix writes them in, and what Nix computes, without Nix.

``sri`` reads and writes the formats; ``nar`` serialises a tree as Nix does; ``archive`` goes from a
download to the NAR hash in one pass, with ``decompress``, ``tar`` and ``zip`` as its readers,
``ordered`` and ``shelved`` as its two ways to bring entries into NAR order, ``spool`` for what does
not fit into memory, ``limits`` against bombs, and ``keep`` for the small files that later stages
want.
"""
