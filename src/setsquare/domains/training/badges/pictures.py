"""How a badge looks: drawn as SVG, and as PNG by Typst, which has our letters."""

import tempfile
from html import escape
from math import cos, pi, sin
from pathlib import Path
from textwrap import wrap

from setsquare.kernel.typesetting.pdf import FONTS

INK, PALE, PAPER, GOLD = "#0b6680", "#e6f2f5", "#ffffff", "#c8952b"
SIZES = ((19, 30, 3), (22, 26, 3), (27, 21, 4))
"""Letters in a line of the title, their size, and how many lines there is room for; the first that fits is taken."""
PAGE = """\
#set page(width: 384pt, height: 384pt, margin: 0pt, fill: none)
#image("badge.svg", width: 384pt, height: 384pt)
"""


def drawn(title: str, organisation: str, foot: str = "") -> str:
    """Return the picture of a badge as SVG: organisation, course, and until when it counts."""
    lines, size = _fitted(title)
    step = size * 1.22
    top = 270 - step * (len(lines) - 1) / 2 + size * 0.35
    told = "".join(_text(line, top + place * step, size, "600", INK) for place, line in enumerate(lines))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" viewBox="0 0 512 512" role="img">'
        f"<title>{escape(title)}</title>"
        f'<path d="{_seal()}" fill="{INK}"/>'
        f'<circle cx="256" cy="256" r="206" fill="{PAPER}"/>'
        f'<circle cx="256" cy="256" r="194" fill="{PALE}"/>'
        f'<circle cx="256" cy="256" r="194" fill="none" stroke="{GOLD}" stroke-width="3"/>'
        f'<path d="M226 98 h60 v14 h-46 v46 h-14 z" fill="{INK}"/>'
        f'<path d="M252 124 h34 v8 h-26 v26 h-8 z" fill="{GOLD}"/>'
        f"{_text(_cut(organisation, 34), 192, 17, '400', INK)}"
        f"{told}"
        f'<path d="M196 342 h120" stroke="{GOLD}" stroke-width="2"/>'
        f"{_text(_cut(foot, 30), 372, 16, '400', INK)}"
        "</svg>\n"
    )


def painted(svg: str) -> bytes:
    """Return the picture as PNG."""
    import typst  # noqa: PLC0415 - 70 MB of compiler, loaded only where a picture is made

    with tempfile.TemporaryDirectory(prefix="setsquare-") as folder:
        root = Path(folder)
        (root / "badge.svg").write_text(svg, "utf-8")
        (root / "badge.typ").write_text(PAGE, "utf-8")
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[FONTS])
        made = typst.compile(root / "badge.typ", root=root, font_paths=fonts, format="png", ppi=144)
    return bytes(made)


def _fitted(title: str) -> tuple[list[str], int]:
    for width, size, most in SIZES:
        lines = wrap(title, width)
        if len(lines) <= most:
            return lines, size
    return [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), width)], size


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _text(text: str, y: float, size: int, weight: str, colour: str) -> str:
    return (
        f'<text x="256" y="{y:.1f}" text-anchor="middle" font-family="Inter, sans-serif" font-size="{size}"'
        f' font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
    )


def _seal() -> str:
    """Return the outline of a seal: twenty-four soft teeth around a circle."""
    teeth, outer, inner = 24, 237, 227
    parts: list[str] = []
    for tooth in range(teeth):
        start, middle, end = ((tooth + part) * 2 * pi / teeth for part in (0, 0.5, 1))
        if not parts:
            parts.append(f"M{256 + inner * cos(start):.1f} {256 + inner * sin(start):.1f}")
        reach = outer + (outer - inner)
        parts.append(
            f"Q{256 + reach * cos(middle):.1f} {256 + reach * sin(middle):.1f}"
            f" {256 + inner * cos(end):.1f} {256 + inner * sin(end):.1f}"
        )
    return "".join(parts) + "Z"
