"""What a package's derivation is made from, besides what it is called.

A version is a part of each derivation: what is built is named by it, and a script may read it. So
two derivations of a package under two versions differ; they build the same where all of their other
attributes are equal. Source: Nix manual, "Derivations".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from updater.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGESTS = """\
package:
  builtins.mapAttrs
    (_: value: builtins.hashString "sha256"
      (builtins.unsafeDiscardStringContext (builtins.toJSON value)))
    (builtins.removeAttrs (package.drvAttrs or { }) [ "name" "version" ])"""
"""The Nix function from a package to a digest of each attribute; a path stands for its content."""


def read_digests(output: str) -> Mapping[str, str]:
    """Read what an evaluation of `DIGESTS` printed.

    Raises:
        BuildError: it is something else.
    """
    try:
        digests = json.loads(output)
    except ValueError:
        digests = None
    if not isinstance(digests, dict):
        raise BuildError("Nix printed no attributes of the derivation")
    return {str(name): str(digest) for name, digest in digests.items()}
