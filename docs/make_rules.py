"""Makes docs/audit-rules.md from what the rules say of themselves.

python -m docs.make, or ./task docs
"""

from __future__ import annotations

import sys

from updater.audit.overlay.shelf import overlay_rules
from updater.report.rule_pages import rule_page, rule_table

HEAD = """\
# The rules of `updater audit`

What each rule asks for, why, and an example. `updater audit --explain RULE` prints one of them.
This page is made from the rules: `./task docs`. How to run an audit, begin with a
project that breaks many rules, and allow something on purpose: [auditing.md](auditing.md).

"""


def page() -> str:
    """Return the whole page."""
    rules = overlay_rules()
    return HEAD + rule_table(rules) + "\n" + "\n".join(rule_page(rule) for rule in rules)


if __name__ == "__main__":
    sys.stdout.write(page())
