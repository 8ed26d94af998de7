"""What drawings of charts are made of: texts, textures, colours. Colours are presentation attributes."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import assert_never

from cluster4w.publish.charts.axis import text_width
from cluster4w.publish.charts.spec import Chart, Look

#: Sizes of a drawing and of its letters: on a telephone it is drawn a little smaller than this.
WIDTH = 400
LETTERS, SMALL = 13, 12

FONT = "'Noto Sans', system-ui, sans-serif"
INK, GREY, RULE = "#1b1f23", "#565e66", "#dfe3e6"
GREEN, OCHRE = "#2d6e5e", "#8a5a00"


def textures(chart: Chart) -> str:
    """Return the definitions of the textures that a chart uses."""
    looks = {series.look for series in chart.series if series.form == "bar"}
    found = []
    for look, ground, stroke, turned in (
        ("planned", "#e3f0eb", GREEN, 45),
        ("late", "#fff6df", OCHRE, -45),
    ):
        if look in looks:
            found.append(
                f'<pattern id="{chart.key}-{look}" width="5" height="5" patternUnits="userSpaceOnUse" '
                f'patternTransform="rotate({turned})"><path d="M0 0h5v5h-5z" fill="{ground}"/>'
                f'<path d="M0 0v5" stroke="{stroke}" stroke-width="3.4"/></pattern>'
            )
    if "nil" in looks:
        found.append(
            f'<pattern id="{chart.key}-nil" width="5" height="5" patternUnits="userSpaceOnUse">'
            '<path d="M0 0h5v5h-5z" fill="#d3eae1"/><circle cx="2.5" cy="2.5" r="1.1" '
            f'fill="{GREEN}"/></pattern>'
        )
    if any(category.absent for category in chart.categories):
        found.append(
            f'<pattern id="{chart.key}-absent" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path d="M0 0h6v6h-6z" fill="#f6f7f8"/>'
            '<path d="M0 0v6" stroke="#c3cad0" stroke-width="2"/></pattern>'
        )
    return f"<defs>{''.join(found)}</defs>" if found else ""


def fill_of(chart: Chart, look: Look) -> str:
    """Return what paints a bar."""
    match look:
        case "reached":
            return f'fill="{GREEN}"'
        case "target":
            return f'fill="{INK}"'
        case "planned" | "late" | "nil":
            edge = OCHRE if look == "late" else GREEN
            return f'fill="url(#{chart.key}-{look})" stroke="{edge}" stroke-width="0.8"'
        case "missing":
            return f'fill="#fff" stroke="{GREY}" stroke-width="1"'
        case "awaited":
            return f'fill="#fff" stroke="{GREY}" stroke-width="1" stroke-dasharray="2 2"'
        case _:
            assert_never(look)


def text_svg(
    x: float,
    y: float,
    words: str,
    *,
    size: float = LETTERS,
    anchor: str = "",
    weight: int = 400,
    fill: str = INK,
    halo: bool = False,
    wrap: float = 0,
) -> str:
    """Return a text; ``wrap``: broken into lines of this width."""
    parts = f'font-size="{size:g}"' if size != LETTERS else ""
    if anchor:
        parts += f' text-anchor="{anchor}"'
    if weight != 400:
        parts += f' font-weight="{weight}"'
    if fill != INK:
        parts += f' fill="{fill}"'
    if halo:
        parts += ' stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
    lines = list(lines_of(words, size, wrap)) if wrap else [words]
    # The blank between lines is not drawn, and keeps words apart for those who hear them.
    return " ".join(
        f'<text x="{x:g}" y="{y + index * size * 1.3:g}" {parts.strip()}>{escape(line)}</text>'
        for index, line in enumerate(lines)
    )


def lines_of(words: str, size: float, width: float) -> Iterator[str]:
    """Yield the lines into which a text is broken at this width."""
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > width:
            yield line
            line = word
        else:
            line = longer
    yield line


def cut(words: str, size: float, width: float) -> str:
    """Return a text that fits a width, with dots at its end where it was longer."""
    if text_width(words, size) <= width:
        return words
    while words and text_width(f"{words}…", size) > width:
        words = words[:-1]
    return f"{words.rstrip()}…"


def group(words: str, inside: str) -> str:
    """Return what belongs to one category: it can be focused, and says all its figures."""
    return f'<g tabindex="0" role="img"><title>{escape(words)}</title>{inside}</g>'
