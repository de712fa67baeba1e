"""Draws what a terminal has shown as an SVG that needs no font and no file from elsewhere."""

import io
import sys

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

COLUMNS = 120

FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}" role="img">
<style>
.matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
<rect width="{terminal_width}" height="{terminal_height}" rx="8" fill="#14191f"/>
<g transform="translate(9, 6)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    console = Console(file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True, color_system="truecolor")
    for line in sys.stdin.buffer.read().decode().split("\n"):
        shown = line.rstrip("\r").split("\r")[-1].split("\x1b[K")[-1]
        console.print(Text.from_ansi(shown))
    print(console.export_svg(code_format=FORMAT, theme=MONOKAI, unique_id="t"), end="")


if __name__ == "__main__":
    main()
