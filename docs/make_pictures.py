"""Pictures of pull requests' descriptions, as a browser shows them on a desktop and on a phone.

``./task pictures [FOLDER]`` takes those that docs/ shows, or, into a folder, one of each golden
text.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options

ROOT = Path(__file__).resolve().parent.parent
BODIES = ROOT / "tests" / "publish" / "text" / "bodies"
SHOWN = {"adapted": "desktop", "told": "phone"}
# Width and height in CSS pixels: what a reviewer sees before scrolling
SCREENS = {"desktop": (920, 420), "phone": (390, 640)}
PAGE = """\
<!doctype html><meta charset="utf-8"><style>
body { margin: 12px; font: 14px/1.5 "Liberation Sans", sans-serif; color: #1f2328; }
article { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; }
header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; }
main { padding: 16px; overflow-wrap: anywhere; }
main > :first-child { margin-top: 0; }
a { color: #0969da; text-decoration: none; }
code { background: #eff1f3; border-radius: 6px; padding: 2px 5px; font: 12px "Liberation Mono"; }
ul { padding-left: 28px; }
table { border-collapse: collapse; }
th, td { border: 1px solid #d1d9e0; padding: 5px 12px; text-align: left; }
summary { margin: 6px 0; }
</style><article><header><b>overlays-bot</b> opened this pull request</header>
<main>%s</main></article>
"""


def take(body: Path, screen: str, picture: Path) -> None:
    """Let Chromium, without a network, draw a body on a screen.

    Raises:
        OSError: Chromium is not there.
        subprocess.CalledProcessError: it fails.
    """
    width, height = SCREENS[screen]
    html = cmarkgfm.github_flavored_markdown_to_html(body.read_text(), Options.CMARK_OPT_UNSAFE)
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "body.html"
        page.write_text(PAGE % html)
        subprocess.run(
            [
                "chromium",
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"),
                *("--no-first-run", "--disable-background-networking", "--hide-scrollbars"),
                *("--disable-component-update", f"--user-data-dir={name}/profile"),
                f"--window-size={width},{height}",
                f"--screenshot={picture}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


def main() -> None:
    """Take the pictures of docs/, or all into a folder."""
    if folder := "".join(sys.argv[1:2]):
        wanted = [(path, screen) for path in sorted(BODIES.glob("*.md")) for screen in SCREENS]
    else:
        folder = str(ROOT / "docs" / "pictures")
        wanted = [(BODIES / f"{name}.md", screen) for name, screen in SHOWN.items()]
    Path(folder).mkdir(parents=True, exist_ok=True)
    for body, screen in wanted:
        picture = Path(folder).resolve() / f"{body.stem}-{screen}.png"
        take(body, screen, picture)
        print(picture)


if __name__ == "__main__":
    main()
