"""Images attached to cells: drop those whose text is removed, and know them again."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ..course.notebooks import grade_id, is_solution, is_test

PLAIN = "!*'()~"  # Jupyter doesn't encode these characters in the name of an attachment


def is_used(name: str, source: str) -> bool:
    """Return whether a cell's text shows an attachment.

    >>> is_used("my plot (1).png", "![p](attachment:my%20plot%20(1).png)")
    True
    >>> is_used("a.png", "![p](attachment:a.png.jpg)")
    False
    """
    forms = "|".join(re.escape(form) for form in (name, quote(name, PLAIN), quote(name)))
    return bool(re.search(rf"attachment:(?:{forms})(?![\w.-])", source))


def drop_unused(folder: Path) -> None:
    """Remove the attachments that no text of their cell shows, in a release's notebooks.

    nbgrader removes solutions and mark schemes from the text of a cell, but not the images that
    only this text showed.
    """
    for file in folder.glob("*.ipynb"):
        notebook = json.loads(file.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            source, attached = "".join(cell["source"]), cell.pop("attachments", {})
            if used := {n: data for n, data in attached.items() if is_used(n, source)}:
                cell["attachments"] = used
        file.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")


def removed_images(instructor: dict, folder: Path) -> dict[str, str]:
    """Return what each image is that a release must not contain, by the digest of its bytes.

    These are attachments that only a removed text shows, or none, and the images in the outputs
    of solutions and tests. An image that students may see in another cell isn't secret.

    :param folder: The release. The texts of its cells show which attachments are still used.
    """
    released = {
        grade_id(cell): "".join(cell["source"])
        for file in folder.glob("*.ipynb")
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]
        if grade_id(cell)
    }
    secret, public = {}, set()
    for cell in instructor["cells"]:
        source = "".join(cell["source"])
        source = released.get(grade_id(cell), source) if grade_id(cell) else source
        where = f"the cell {grade_id(cell)}" if grade_id(cell) else "a cell without an id"
        for name, data in cell.get("attachments", {}).items():
            digests = [hashlib.sha256(image).hexdigest() for image in _images(data)]
            if is_used(name, source):
                public.update(digests)
            else:
                secret |= dict.fromkeys(digests, f"{name}, from a removed part of {where}")
        if is_solution(cell) or is_test(cell):
            for output in cell.get("outputs", []):
                digests = [
                    hashlib.sha256(image).hexdigest()
                    for image in _images(output.get("data", {}))
                ]
                secret |= dict.fromkeys(digests, f"an output of {where}")
    return {digest: what for digest, what in secret.items() if digest not in public}


def _images(data: dict) -> Iterator[bytes]:
    """Yield the bytes of the images in an attachment or an output, by their type."""
    for kind, encoded in data.items():
        text = "".join(encoded) if isinstance(encoded, str | list) else ""
        if kind == "image/svg+xml":
            yield text.encode()
        elif kind.startswith("image/"):
            with contextlib.suppress(binascii.Error, ValueError):
                yield base64.b64decode("".join(text.split()))
