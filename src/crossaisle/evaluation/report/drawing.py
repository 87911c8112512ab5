"""How the report draws: SVG whose ink follows the page, light or dark, and whose texts the browser sets."""

import io
import re
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

INK, SOFT, LINE = "#010203", "#010204", "#010205"
"""Colours that stand for the page's own."""
BLUE, ORANGE = "#3d85c6", "#d9772b"
"""Legible on white and on near-black."""
_OF_PAGE = {INK: "currentColor", SOFT: "var(--soft)", LINE: "var(--line)"}

_CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
)
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "crossaisle",
    "svg.fonttype": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": LINE,
    "legend.frameon": False,
    "font.size": 10,
    "text.parse_math": False,
}
_P = ParamSpec("_P")


def drawing(draw: Callable[_P, Canvas]) -> Callable[_P, str]:
    """Draw in the report's style and hand back an SVG text; other figures of the process keep their style."""

    @wraps(draw)
    def drawn(*args: _P.args, **named: _P.kwargs) -> str:
        with rc_context(_STYLE | {"font.sans-serif": _fonts()}), warnings.catch_warnings():
            # the browser sets the texts in its own fonts; here they are only measured
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            return _svg(draw(*args, **named))

    return drawn


def canvas_of(width: float, height: float) -> tuple[Canvas, Axes]:
    """An empty drawing, inches."""
    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, canvas.subplots()


def short(label: str, n_letters: int = 22) -> str:
    """At most so many letters."""
    return label if len(label) <= n_letters else label[: n_letters - 1] + "…"


def _fonts() -> list[str]:
    """What texts are measured with; letters of Chinese have their true width where a font for them is installed."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _CJK_FONTS if name in known)]


def _svg(canvas: Canvas) -> str:
    text = io.StringIO()
    canvas.savefig(text, format="svg", metadata={"Date": None})
    drawn = text.getvalue()[text.getvalue().index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'<g id="[^"]*_\d+">', "<g>", drawn)
    for colour, name in _OF_PAGE.items():
        drawn = drawn.replace(colour, name)
    return drawn
