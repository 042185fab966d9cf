"""Checks of SVG drawings: the texts that they contain, and that boxes don't overlap."""

import itertools
import xml.etree.ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    """Return the texts of an SVG drawing, in order."""
    return [t.text for t in ET.fromstring(svg).iter(f"{SVG}text")]


def assert_boxes_lie_apart_and_inside(svg, count):
    """Assert that a drawing has `count` boxes, all inside the frame and without overlap."""
    root = ET.fromstring(svg)
    width, height = map(float, root.get("viewBox").split()[2:])
    boxes = [
        [float(r.get(key)) for key in ("x", "y", "width", "height")]
        for r in root.iter(f"{SVG}rect")
    ]
    assert len(boxes) == count
    for x, y, w, h in boxes:
        assert min(x, y) >= 0
        assert x + w <= width
        assert y + h <= height
    for (x, y, w, h), (u, v, a, b) in itertools.combinations(boxes, 2):
        assert x + w <= u or u + a <= x or y + h <= v or v + b <= y
