"""Which commit a pinned hash holds: the NAR hash of commits' trees, straight from git objects.

Pure: objects come in through `trees.Objects`. ``attributes``, ``convert`` and ``substitute`` are
what ``git archive`` does to a tree on its way out, ``trees`` hashes what is left, and ``search``
orders the candidates. What they cannot do exactly they refuse with `exact.Inexact`, so that the
caller asks git itself.
"""
