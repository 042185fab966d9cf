"""Small images of data without a plotting library: PNG for pixels, SVG for lines."""

import base64
import struct
import zlib
from html import escape

import numpy as np

__all__ = ["dots", "lines", "mosaic", "png", "quotation"]

WIDTH, HEIGHT = 320, 120  # width and height of a drawing, in SVG units


def png(pixels: np.ndarray, alt: str, *, width: int = WIDTH) -> str:
    """Return pixels (H, W) or (H, W, 3), uint8, as an HTML image with inline data."""
    rows, columns = pixels.shape[:2]
    colour_type = 2 if pixels.ndim == 3 else 0
    header = struct.pack(">2I5B", columns, rows, 8, colour_type, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", _packed(pixels)), (b"IEND", b""))
    file = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)
    source = base64.b64encode(file).decode()
    style = f"width:{width}px;max-width:100%;image-rendering:pixelated"
    image = f'<img src="data:image/png;base64,{source}" alt="{escape(alt)}" style="{style}">'
    return _figure(image, alt)


def _packed(pixels: np.ndarray) -> bytes:
    """Return the compressed rows of a PNG file, with the filter that makes them shortest."""
    up = np.diff(pixels, axis=0, prepend=np.zeros_like(pixels[:1]))
    left = np.diff(pixels, axis=1, prepend=np.zeros_like(pixels[:, :1]))
    kinds = ((b"\0", pixels), (b"\1", left), (b"\2", up))  # PNG's numbers for these filters
    rows = (b"".join(kind + row.tobytes() for row in values) for kind, values in kinds)
    return min((zlib.compress(row, 9) for row in rows), key=len)


def _chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG file: length, type, data and checksum."""
    return (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    )


def mosaic(pictures: np.ndarray, columns: int) -> np.ndarray:
    """Return images (N, H, W) or (N, H, W, 3) as one image, with ``columns`` images per row."""
    rows = pictures.reshape(-1, columns, *pictures.shape[1:])
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows])


def lines(*series: np.ndarray, alt: str) -> str:
    """Return a plot of series, each (T,), as lines over time."""
    low, high = min(s.min() for s in series), max(s.max() for s in series)
    paths = ""
    for s, dash in zip(series, ("", ' stroke-dasharray="4 2"'), strict=False):
        points = _points(np.arange(len(s)) / (len(s) - 1), (s - low) / (high - low))
        paths += f'<polyline points="{points}" fill="none" stroke="currentColor"{dash}/>'
    return _svg(paths, alt)


def dots(x: np.ndarray, y: np.ndarray, kinds: np.ndarray, alt: str) -> str:
    """Return a scatter plot of points, with a different marker for each class."""
    x, y = ((a - a.min()) / (a.max() - a.min()) for a in (x, y))
    marks = (
        '<circle cx="{0}" cy="{1}" r="2.5"/>',
        '<circle cx="{0}" cy="{1}" r="2.5" fill="none" stroke="currentColor"/>',
        '<path d="M{0} {1}m-2.5-2.5l5 5m0-5l-5 5" stroke="currentColor"/>',
    )
    points = (_points(x[[k]], y[[k]]).split(",") for k in range(len(x)))
    return _svg("".join(marks[k].format(*p) for k, p in zip(kinds, points, strict=True)), alt)


def quotation(text: str) -> str:
    """Return text as a block of preformatted HTML."""
    return f"<pre>{escape(text)}</pre>"


def _points(x: np.ndarray, y: np.ndarray) -> str:
    """Return coordinates from 0 to 1 as SVG points, with y pointing up and a margin of 5."""
    at = np.stack([5 + x * (WIDTH - 10), HEIGHT - 5 - y * (HEIGHT - 10)], axis=1)
    return " ".join(f"{u:.4g},{v:.4g}" for u, v in at)


def _svg(body: str, alt: str) -> str:
    """Return an SVG image drawn in the text colour of the page."""
    drawing = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}" '
        f'fill="currentColor" style="width:{WIDTH}px;max-width:100%">{body}</svg>'
    )
    return _figure(drawing, alt)


def _figure(picture: str, caption: str) -> str:
    """Return an image with a caption, as HTML."""
    return (
        f'<figure style="margin:0">{picture}<figcaption>{escape(caption)}</figcaption></figure>'
    )
