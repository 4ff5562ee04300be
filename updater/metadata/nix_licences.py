"""What a release says its licence is -> nixpkgs' attributes for it; nothing is guessed.

Sources: the SPDX licence list; nixpkgs, lib/licenses.nix; PyPI's list of classifiers.
"""

from __future__ import annotations

import re

_BY_SPDX = {
    "0bsd": "bsd0",
    "afl-3.0": "afl3",
    "agpl-3.0": "agpl3Only",
    "agpl-3.0-only": "agpl3Only",
    "agpl-3.0-or-later": "agpl3Plus",
    "apache-2.0": "asl20",
    "artistic-2.0": "artistic2",
    "bsd-2-clause": "bsd2",
    "bsd-3-clause": "bsd3",
    "bsl-1.0": "boost",
    "cc-by-4.0": "cc-by-40",
    "cc-by-nc-4.0": "cc-by-nc-40",
    "cc-by-sa-4.0": "cc-by-sa-40",
    "cc0-1.0": "cc0",
    "epl-2.0": "epl20",
    "eupl-1.2": "eupl12",
    "gpl-2.0": "gpl2Only",
    "gpl-2.0-only": "gpl2Only",
    "gpl-2.0-or-later": "gpl2Plus",
    "gpl-3.0": "gpl3Only",
    "gpl-3.0-only": "gpl3Only",
    "gpl-3.0-or-later": "gpl3Plus",
    "isc": "isc",
    "lgpl-2.1": "lgpl21Only",
    "lgpl-2.1-only": "lgpl21Only",
    "lgpl-2.1-or-later": "lgpl21Plus",
    "lgpl-3.0": "lgpl3Only",
    "lgpl-3.0-only": "lgpl3Only",
    "lgpl-3.0-or-later": "lgpl3Plus",
    "mit": "mit",
    "mit-0": "mit0",
    "mpl-2.0": "mpl20",
    "psf-2.0": "psfl",
    "python-2.0": "psfl",
    "unlicense": "unlicense",
    "wtfpl": "wtfpl",
    "zlib": "zlib",
    "zpl-2.1": "zpl21",
}
# Titles and classifiers that mean one licence and no family of them.
_BY_NAME = {
    "apache license 2.0": "asl20",
    "apache license, version 2.0": "asl20",
    "apache 2.0": "asl20",
    "apache 2": "asl20",
    "apache license version 2.0": "asl20",
    "gnu affero general public license v3": "agpl3Only",
    "gnu affero general public license v3 or later (agplv3+)": "agpl3Plus",
    "gnu general public license v2 (gplv2)": "gpl2Only",
    "gnu general public license v2 or later (gplv2+)": "gpl2Plus",
    "gnu general public license v3 (gplv3)": "gpl3Only",
    "gnu general public license v3 or later (gplv3+)": "gpl3Plus",
    "gnu lesser general public license v3 (lgplv3)": "lgpl3Only",
    "gnu lesser general public license v3 or later (lgplv3+)": "lgpl3Plus",
    "isc license": "isc",
    "isc license (iscl)": "isc",
    "mit license": "mit",
    "the mit license": "mit",
    "the mit license (mit)": "mit",
    "mit license (mit)": "mit",
    "bsd 2-clause license": "bsd2",
    "bsd 3-clause license": "bsd3",
    "new bsd license": "bsd3",
    "simplified bsd license": "bsd2",
    "mozilla public license 2.0 (mpl 2.0)": "mpl20",
    "python software foundation license": "psfl",
    "the unlicense (unlicense)": "unlicense",
    "zope public license": "zpl21",
}
_AND_OR = re.compile(r"\s+(?:AND|OR)\s+")


def attributes(named: str) -> tuple[str, ...]:
    """Return the attributes of ``lib.licenses`` for a licence, none where it is not known.

    Args:
        named: an SPDX expression, a classifier's last part, or a licence's title.
    """
    parts = _AND_OR.split(named.strip().strip("()"))
    found = [_attribute(part.strip("() ")) for part in parts]
    return tuple(dict.fromkeys(found)) if all(found) else ()


def _attribute(name: str) -> str:
    plain = name.lower()
    return _BY_SPDX.get(plain, "") or _BY_NAME.get(plain, "")
