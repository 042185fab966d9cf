"""Labels next to lines and marks, in the same colours, where they don't cover anything.

The positions depend on the size of the figure, so they are determined when it is drawn. A label
goes to a free spot that is closer to its own line than to any other, or to which a thin line
leads. If there is no such spot, the label goes into the margin at the height of its line's end.
"""

import functools
import textwrap
from collections.abc import Iterator

import numpy as np

from .spots import GAPS, Box, Room, Spot, spots

__all__ = ["label_lines"]

NARROW = 14  # characters per line of a wrapped name


def label_lines(axes, *handles, note: str = "", ink: str = ""):
    """Write the label of each line or set of marks next to it, in its colour.

    The positions are determined again whenever the figure is drawn, so they fit any size.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    *handles
        Labelled lines, bars or sets of marks. Default: all those in the Axes.
    note : str
        Remark below the title that applies to all labels, such as the meaning of a band.
    ink : str
        Colour of all labels, for a background on which their own colours would be illegible.

    Returns
    -------
    matplotlib.artist.Artist
        The artist that draws the labels; ``names`` is its list of matplotlib texts.

    >>> from nnlib.viz import panel
    >>> ax = panel(xlabel="x (m)", ylabel="y (m)")
    >>> _ = ax.plot([0, 1], [0, 2], label="steep"), ax.plot([0, 1], [0, 1], label="gentle")
    >>> [name.get_text() for name in label_lines(ax).names]
    ['steep', 'gentle']
    """
    handles = handles or axes.get_legend_handles_labels()[0]
    if note:
        title = axes.get_title(loc="left")
        axes.set_title(title, loc="left", pad=6 + 12 * bool(title))
        offset = {"xytext": (0, 4), "textcoords": "offset points", "va": "bottom"}
        axes.annotate(note, (0, 1), xycoords="axes fraction", **offset)
    labels = _label_class()(axes, handles, ink)
    axes.add_artist(labels)
    labels.set_clip_on(False)
    return labels


@functools.cache
def _label_class() -> type:
    """Return the class of the artist that positions and draws the names."""
    from matplotlib.artist import Artist
    from matplotlib.transforms import Bbox

    class LineLabels(Artist):
        """Names next to lines."""

        def __init__(self, axes, handles, ink):
            super().__init__()
            self.handles, self.zorder = list(handles), 6
            self.names = [_text(axes, handle, ink) for handle in self.handles]
            self.leaders: list = []  # the thin lines that lead to names
            self.in_margin: list = []  # the names in the margin
            self.state, self.size = None, None  # of the last layout

        def get_children(self):
            return [*self.leaders, *self.names]

        def get_tightbbox(self, renderer=None):
            size = (*self.get_figure().get_size_inches(),)
            if self.in_margin or size != self.size:  # names inside the axes need no extra room
                self.size = size
                self._settle(renderer)
            boxes = [name.get_window_extent(renderer) for name in self.in_margin]
            return Bbox.union(boxes) if boxes else None

        def draw(self, renderer):
            self._settle(renderer)
            for child in self.get_children():
                child.draw(renderer)

        def _settle(self, renderer):
            """Determine the positions, unless nothing has changed since the last time."""
            axes = self.axes
            sizes = [name.get_fontsize() for name in self.names]
            state = (*axes.bbox.bounds, *axes.viewLim.bounds, *sizes, len(axes.get_children()))
            if state != self.state:
                self.state = state
                placed = _place(axes, self.handles, self.names, renderer)
                self.leaders, self.in_margin = placed

    return LineLabels


def _text(axes, handle, ink: str):
    """Return the name of a line as matplotlib text in its colour."""
    from matplotlib.text import Text

    name = Text(text=handle.get_label(), color=ink or _colour(handle))
    name.set_figure(axes.figure)
    return name


def _colour(handle):
    """Return the colour of a line, bars or a set of marks, without transparency."""
    from matplotlib.colors import to_hex

    handle = handle[0] if isinstance(handle, tuple) else handle  # for bars, use the first bar
    if hasattr(handle, "get_color") and not hasattr(handle, "get_facecolor"):
        return to_hex(handle.get_color())
    inks = [*np.atleast_2d(handle.get_facecolor()), *np.atleast_2d(handle.get_edgecolor())]
    return to_hex(next(ink for ink in inks if len(ink)))


def _place(axes, handles, names, renderer) -> tuple[list, list]:
    """Put each name at its best spot, starting with the name that has the fewest free spots.

    Return the thin lines that lead to names, and the names in the margin.
    """
    scale = 72 / axes.figure.dpi  # from pixels to points
    paths = [scale * _course(handle) for handle in handles]
    room = Room(Box(*(scale * np.array(axes.bbox.bounds))))
    for points, breadth in _drawn(axes):
        room.take_points(scale * points, breadth)
    for text in axes.texts:
        if text.get_text().strip():
            room.take(_box(text, renderer, scale))
    sizes = [_sizes(name, renderer, scale) for name in names]
    free, leaders, in_margin = {}, [], []
    unplaced, last = set(range(len(names))), room.frame
    while unplaced:
        for k in unplaced:
            free[k] = [spot for spot in free.get(k, ()) if not spot.box.overlaps(last)]
            has_leader = any(spot.has_leader for spot in free[k])
            if not free[k] or has_leader:  # a thin line may now cross the last name
                free[k] = spots(paths[k], _others(paths, k), sizes[k], room)
        k = min(unplaced, key=lambda k: len(free[k]) or np.inf)
        unplaced.remove(k)
        if not free[k]:
            in_margin.append((paths[k][-1][1], names[k]))
            continue
        best = min(free[k])
        _put(names[k], best, scale)
        room.take(last := best.box)
        if best.has_leader:
            leaders.append(_leader(axes, best, names[k].get_color(), scale))
            room.take_points(np.linspace(*scale * leaders[-1].get_xydata(), 80), 1.0)
            free.clear()  # because other names must not cover the thin line
    _to_margin(in_margin, room.frame, renderer, scale)
    return leaders, [name for _, name in in_margin]


def _others(paths: list[np.ndarray], k: int) -> np.ndarray:
    """Return the points of all other lines, and a point at infinity in case there are none."""
    return np.concatenate([np.full((1, 2), np.inf), *paths[:k], *paths[k + 1 :]])


def _sizes(name, renderer, scale: float) -> dict[str, tuple[float, float]]:
    """Return the width and height of a name, on a single line and wrapped."""
    text, sizes = name.get_text().replace("\n", " "), {}
    for words in (text, textwrap.fill(text, NARROW, break_long_words=False)):
        name.set_text(words)
        sizes[words] = _box(name, renderer, scale)[2:]
    name.set_text(text)
    return sizes


def _box(text, renderer, scale: float) -> Box:
    """Return the rectangle that a text fills, in points."""
    return Box(*(scale * np.array(text.get_window_extent(renderer).bounds)))


def _course(handle) -> np.ndarray:
    """Return points (K, 2), in pixels, on a line, along the tops of bars, or at marks."""
    if isinstance(handle, tuple):  # bars
        boxes = (bar.get_window_extent() for bar in handle)
        return np.concatenate([np.linspace((b.x0, b.y1), (b.x1, b.y1), 9) for b in boxes])
    if hasattr(handle, "get_sizes"):  # a scatter
        return np.asarray(handle.get_offset_transform().transform(handle.get_offsets()))
    paths = handle.get_paths() if hasattr(handle, "get_paths") else [handle.get_path()]
    unjoined = ("None", "none", "", " ")
    joined = not hasattr(handle, "get_marker") or handle.get_linestyle() not in unjoined
    transform = handle.get_transform()
    return np.concatenate([_dense(transform.transform_path(p).vertices, joined) for p in paths])


def _dense(corners: np.ndarray, joined: bool) -> np.ndarray:
    """Return the finite corners of a path and, if they are joined, points between them."""
    finite = np.isfinite(corners).all(axis=1)
    if not joined or len(corners) < 2:
        return corners[finite]
    pieces = np.flatnonzero(finite[:-1] & finite[1:])
    steps = corners[pieces + 1] - corners[pieces]
    counts = np.clip(np.hypot(*steps.T), 1, 500).astype(int)
    piece = np.repeat(np.arange(len(pieces)), counts)
    done = np.arange(1, len(piece) + 1) - (counts.cumsum() - counts)[piece]
    between = corners[pieces][piece] + steps[piece] * (done / counts[piece])[:, None]
    return np.concatenate([corners[finite][:1], between])


def _is_boundary(marks) -> bool:
    """Return whether the marks are contours of one level, such as a decision boundary."""
    return not getattr(marks, "filled", True) and len(marks.levels) == 1


def _drawn(axes) -> Iterator[tuple[np.ndarray, float]]:
    """Yield points (in pixels) that names must not cover, and half their width (in points)."""
    for line in filter(lambda line: line.get_visible(), axes.lines):
        yield _course(line), line.get_linewidth() / 2
        if line.get_marker() not in ("None", "none", "", " "):
            marks = line.get_transform().transform(line.get_xydata())
            every = line.get_markevery()
            marks = marks[every[0] :: every[1]] if isinstance(every, tuple) else marks[::every]
            yield marks[np.isfinite(marks).all(axis=1)], line.get_markersize() / 2
    for marks in axes.collections:
        if hasattr(marks, "get_sizes") and marks.get_sizes().size:
            yield _course(marks), float(np.sqrt(marks.get_sizes().max())) / 2
        elif hasattr(marks, "get_segments") or _is_boundary(marks):
            yield _course(marks), 1.0
    for box in (patch.get_window_extent() for patch in axes.patches):
        x, y = np.arange(box.x0, box.x1 + 1), np.arange(box.y0, box.y1 + 1)
        yield np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2), 0.5
    for arrow in filter(None, (getattr(text, "arrow_patch", None) for text in axes.texts)):
        yield _course(arrow), 1.0


def _leader(axes, spot: Spot, colour: str, scale: float):
    """Return a thin line from a name to its point."""
    from matplotlib.lines import Line2D

    box, (dx, dy) = spot.box, spot.side
    corner = np.array([box.left, box.bottom]) + np.array([1 - dx, 1 - dy]) * box[2:] / 2
    corner -= 1.5 * np.array(spot.side)  # so that the line does not touch the name
    leader = Line2D(*(np.array([spot.point, corner]).T / scale), color=colour, linewidth=0.8)
    leader.set_figure(axes.figure)
    return leader


def _put(name, spot: Spot, scale: float) -> None:
    """Put a name at a spot, anchored on the side of its line, because fonts differ in width."""
    dx, box = spot.side[0], spot.box
    anchor = box.left + box.width * (1 - dx) / 2, box.bottom + box.height / 2
    name.set(text=spot.words, position=np.array(anchor) / scale, va="center")
    name.set(ha=("center", "left", "right")[dx], multialignment=("center", "left", "right")[dx])


def _to_margin(names: list[tuple], frame: Box, renderer, scale: float) -> None:
    """Put names to the right of the axes at the given heights, without overlap."""
    top = -np.inf
    for y, name in sorted(names, key=lambda item: item[0]):
        height = _box(name, renderer, scale).height
        bottom = max(y - height / 2, top + 1)
        top = bottom + height
        anchor = np.array([frame.left + frame.width + 2 * GAPS[0], bottom + height / 2]) / scale
        name.set(position=anchor, ha="left", va="center", multialignment="left")
