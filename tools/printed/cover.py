"""The cover: the book's title over a valley that gradient descent walks down."""

import io

import numpy as np

LIGHT, INK, PATH = "#f4f6fa", "#1f2430", "#b4490a"


def _loss(x, y):
    """Return the loss at (x, y), a narrow, curved valley."""
    return (1.2 - x) ** 2 + 6 * (y - 0.5 * x**2) ** 2


def descent(steps: int = 60, rate: float = 0.03) -> np.ndarray:
    """Return the path of gradient descent down the valley, shape (steps + 1, 2)."""
    points = [np.array([-1.6, 0.1])]
    for _ in range(steps):
        x, y = points[-1]
        bend = y - 0.5 * x**2
        points.append(points[-1] - rate * np.array([-2 * (1.2 - x) - 12 * bend * x, 12 * bend]))
    return np.array(points)


def picture(title: str) -> bytes:
    """Return the cover as PNG, 1,200 by 1,800 pixels."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.family": "DejaVu Serif"}):
        figure = Figure(figsize=(6, 9), dpi=200, facecolor=LIGHT)
        axes = figure.add_axes((0, 0, 1, 0.66), facecolor=LIGHT)
        _draw(axes)
        figure.text(0.09, 0.91, _lines(title), color=INK, size=29, va="top", linespacing=1.25)
        out = io.BytesIO()
        figure.savefig(out, format="png", facecolor=LIGHT, metadata={"Software": None})
    return out.getvalue()


def _draw(axes) -> None:
    """Draw the valley's contours and the path into axes."""
    x, y = np.meshgrid(np.linspace(-2, 2, 300), np.linspace(-1.4, 2.4, 300))
    levels = np.geomspace(0.05, 60, 16)
    axes.contour(x, y, _loss(x, y), levels, colors="#0062b1", linewidths=0.9, alpha=0.55)
    walk = descent()
    axes.plot(*walk.T, "o-", color=PATH, ms=3.2, lw=1.4)
    axes.set_axis_off()


def _lines(title: str, width: int = 16) -> str:
    """Return a title broken into lines that fit the cover."""
    import textwrap

    return "\n".join(textwrap.wrap(title, width))
