"""Remove outputs, pasted images and metadata such as widgets from a notebook's file.

A correct notebook with many plots can be large, and the grader needs none of these parts. We
scan the file once without parsing it, so that a hostile file costs no more than a large one.
"""

from __future__ import annotations

import re

TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
VALUE = re.compile(rb"\s*:\s*([\[{])")
EMPTY = {b"[": b"[]", b"{": b"{}"}
IN_CELL = frozenset({b'"outputs"', b'"attachments"'})
LEFT_OUT = {1: frozenset({b'"metadata"'}), 3: IN_CELL, 5: IN_CELL}  # by depth; 5 in format 3
LONGEST = max(len(key) for keys in LEFT_OUT.values() for key in keys)
QUOTE, OPEN = ord('"'), b"[{"
MOST_TOKENS = 5_000_000  # strings and brackets; no notebook that a person writes has more


class TooComplex(ValueError):
    """Raised for a file with more strings and brackets than any real notebook."""


def without_outputs(raw: bytes) -> bytes:
    r"""Return the JSON text of a notebook with empty outputs, attachments and metadata.

    :param raw: The file, in UTF-8. It doesn't have to be a notebook, or even JSON.
    :return: The same text, but the notebook's `metadata` and the cells' `outputs` and
        `attachments` are empty. The cells' metadata don't change.
    :raises TooComplex: If there are more than `MOST_TOKENS` strings and brackets.

    >>> without_outputs(b'{"cells": [{"source": "x", "outputs": [{"data": "iVBO"}]}]}')
    b'{"cells": [{"source": "x", "outputs": []}]}'
    """
    kept, start, depth, dropping = [], 0, 0, None
    for n, token in enumerate(TOKEN.finditer(raw)):
        if n == MOST_TOKENS:
            raise TooComplex(f"more than {MOST_TOKENS:,} strings and brackets")
        first, end = token.start(), token.end()
        if raw[first] == QUOTE:
            if dropping is None and end - first <= LONGEST and _is_left_out(token[0], depth):
                value = VALUE.match(raw, end)
                if value:
                    kept += [raw[start : value.start(1)], EMPTY[value[1]]]
                    dropping = depth
        elif raw[first] in OPEN:
            depth += 1
        else:
            depth -= 1
            if depth == dropping:
                start, dropping = end, None
    return b"".join([*kept, raw[start:] if dropping is None else b""])


def _is_left_out(key, depth):
    """Return whether the value of a key at this depth is removed."""
    return key in LEFT_OUT.get(depth, ())
