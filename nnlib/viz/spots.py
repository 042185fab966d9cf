"""Find free spots for labels next to lines, where it is clear which line a label belongs to.

All lengths are in points of the drawing.
"""

import itertools
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

__all__ = ["GAPS", "Box", "Room", "Spot", "spots"]

GAPS = 3.0, 6.0  # distances between a line and its name
LEADERS = 14, 22, 32, 44, 58, 74  # distances if a thin line leads to the name
CLEAR = 1.2  # width of the margin around a name, which must be free
APART = 16.0  # a name at this distance from another line can't be mistaken for its label
ALONE = 2.5  # smallest distance between other lines and the start of a thin line
PLAIN = 16.0  # if the best spot costs less, we don't try other kinds of spots
MOST = 200  # largest number of spots to return
SIDES = tuple((dx, dy) for dx in (1, -1, 0) for dy in (0, 1, -1) if (dx, dy) != (0, 0))


class Box(NamedTuple):
    """A rectangle in points of the drawing."""

    left: float
    bottom: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Return whether two rectangles have points in common."""
        across = self.left < other.left + other.width and other.left < self.left + self.width
        up = (
            self.bottom < other.bottom + other.height
            and other.bottom < self.bottom + self.height
        )
        return across and up


class Spot(NamedTuple):
    """A possible spot for a name, next to a point of its line or at the end of a thin line."""

    cost: float
    box: Box  # the rectangle that the name fills
    side: tuple[int, int]  # the direction from the point to the name
    point: tuple[float, float]  # on the line
    has_leader: bool  # whether a thin line leads to the spot, because it is far away
    words: str  # the name, on a single line or wrapped


class Room:
    """A map of the axes, in squares of one point, that records which squares are taken."""

    def __init__(self, frame: Box):
        self.frame = frame
        self.taken = np.zeros((int(frame.height) + 1, int(frame.width) + 1), dtype=bool)
        self.words = self.taken.copy()  # the squares that words take

    def take_points(self, points: np.ndarray, breadth: float) -> None:
        """Mark a square around each point as taken."""
        points = np.round(points) - self.frame[:2]
        limits = self.taken.shape[::-1]
        (x0, y0), (x1, y1) = (
            np.clip(ends.astype(int), 0, limits).T
            for ends in (points - breadth, points + breadth + 1)
        )
        # At its corners, each square adds 1 or -1, so that cumulative sums are 1 inside.
        corners = np.zeros(np.array(self.taken.shape) + 1, int)
        for sign, y, x in ((1, y0, x0), (-1, y0, x1), (-1, y1, x0), (1, y1, x1)):
            np.add.at(corners, (y, x), sign)
        self.taken |= corners.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0

    def take(self, box: Box) -> None:
        """Mark a rectangle as taken by words."""
        left, bottom = box.left - self.frame.left, box.bottom - self.frame.bottom
        ends = (bottom, bottom + box.height), (left, left + box.width)
        for squares, margin in ((self.taken, 0), (self.words, 2)):
            part = (
                slice(max(int(a) - margin, 0), max(int(b) + 1 + margin, 0)) for a, b in ends
            )
            squares[tuple(part)] = True

    def are_free(self, corners: np.ndarray, size: tuple) -> np.ndarray:
        """Return whether rectangles of one size with corners (K, 2) are inside and free."""
        sums = np.pad(self.taken.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        low = corners - self.frame[:2] - CLEAR
        high = low + size + 2 * CLEAR
        inside = ((low >= 0) & (high <= self.frame[2:])).all(axis=1)
        (x0, y0), (x1, y1) = (
            np.where(inside, ends.T, 0).astype(int) for ends in (low, high + 1)
        )
        return inside & (sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0] == 0)

    def crossings(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return how much of the straight line from each start (K, 2) to its end is taken.

        The result is a length in points, or infinity if the line crosses words.
        """
        line = start + np.linspace(0.15, 1, 60)[:, None, None] * (end - start) - self.frame[:2]
        x, y = np.clip(line, 0, np.array(self.taken.shape)[::-1] - 1).astype(int).T
        taken = self.taken[y, x].mean(axis=1) * np.hypot(*(end - start).T)
        return np.where(self.words[y, x].any(axis=1), np.inf, taken)


def spots(own: np.ndarray, others: np.ndarray, sizes: Mapping, room: Room) -> list[Spot]:
    """Return the best free spots for a name near the points ``own`` of its line.

    ``sizes`` maps each form of the name to its width and height. We try spots next to the line
    first. If there are none, or if all of them are close to another line, the result includes
    spots that are further away, to which a thin line leads.
    """
    candidates = []
    for gaps, (words, size) in itertools.product((GAPS, LEADERS), sizes.items()):
        candidates += _beside(own, others, words, size, gaps, room)
        if candidates and min(candidates).cost < PLAIN:
            break
    return sorted(candidates)[:MOST]


def _beside(
    own: np.ndarray, others: np.ndarray, words: str, size: tuple, gaps, room: Room
) -> list[Spot]:
    """Return the free spots of one size at given distances from points of a line."""
    has_leader = gaps == LEADERS
    own = own[:: max(len(own) // 60, 1)]
    isolation = _distances(own, (0, 0), others)
    if has_leader:
        own, isolation = own[isolation > ALONE], isolation[isolation > ALONE]
    tries = [*itertools.product(range(len(own)), gaps, SIDES)]
    if not tries:
        return []
    index = np.array([k for k, _, _ in tries])
    points = own[index]
    sides = np.array([side for _, _, side in tries])
    ends = points + np.array([gap for _, gap, _ in tries])[:, None] * sides
    corners = ends - np.array(size) * (1 - sides) / 2
    free = np.flatnonzero(room.are_free(corners, size))
    points, sides, ends, corners = points[free], sides[free], ends[free], corners[free]
    other_distance = _distances(corners, size, others)
    if has_leader:
        leader_length = np.hypot(*(ends - points).T)
        crowding = np.maximum(APART - isolation[index[free]], 0)  # positive near other lines
        cost = PLAIN / 2 + 0.5 * leader_length + crowding + 3 * room.crossings(points, ends)
        clear = np.isfinite(cost)
    else:
        own_distance = _distances(corners, size, own)
        cost, clear = own_distance, other_distance > own_distance + GAPS[0]
    from_end = 1 - (corners[:, 0] + size[0] - room.frame.left) / room.frame.width
    cost = cost + np.maximum(APART - other_distance, 0) + 4 * from_end - 0.5 * sides[:, 1]
    return [
        Spot(
            float(cost[k]),
            Box(*corners[k], *size),
            (*sides[k],),
            (*points[k],),
            has_leader,
            words,
        )
        for k in np.flatnonzero(clear)
    ]


def _distances(corners: np.ndarray, size: tuple, points: np.ndarray) -> np.ndarray:
    """Return the distance from each rectangle, all of one size, to the nearest point."""
    points, squares = points[:: max(len(points) // 600, 1)], 0.0
    for axis, half in enumerate(np.array(size) / 2):
        beyond = np.abs(corners[:, axis, None] + half - points[:, axis]) - half
        squares = squares + np.square(np.maximum(beyond, 0, out=beyond), out=beyond)
    return np.sqrt(squares.min(axis=1))
