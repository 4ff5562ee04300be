"""Hashes: the formats Nix writes them in, and what Nix computes, without Nix.

``sri`` reads and writes the formats, ``nar`` serialises a tree as Nix does, and ``archive`` goes
from a download to the NAR hash in one pass. On that way: ``decompress``, then ``tar`` or ``zip``
yield each ``entry``; ``top`` strips the top folder and ``keep`` says which small files later stages
want; ``ordered`` writes them into the ``tree`` as they come, or ``shelved`` brings them into order
first; ``digest`` hashes, and ``limits`` stops bombs.
"""
