"""Unpack what a file contains: zips, compressed bytes, base64, JSON."""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator

DEEP = 4  # levels of packing to undo
MOST_BYTES = 200_000_000  # of one unpacked piece
ZLIB = (b"x\x01", b"x^", b"x\x9c", b"x\xda")  # how its streams begin
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40}(?:[A-Za-z0-9+/_-]|\s(?=\S)){20,}={0,2}")
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)


def unfold(name: str, raw: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield a file, and everything that is packed in it.

    :yield: The path of a piece, as `file/member`, and its contents.
    """
    yield name, raw
    if depth == DEEP:
        return
    for unpack in (_zipped, _compressed, _texts, _encoded):
        with contextlib.suppress(*BROKEN):
            for part, inner in unpack(raw):
                yield from unfold(f"{name}/{part}", inner, depth + 1)


def _zipped(raw):
    """Yield the members of a zip, even if other data come before it."""
    if b"PK\x05\x06" not in raw:
        return
    with zipfile.ZipFile(io.BytesIO(raw)) as z:
        for member in z.infolist():
            if not member.is_dir() and member.file_size <= MOST_BYTES:
                yield member.filename, z.read(member)


def _compressed(raw):
    """Yield the contents of a zlib stream, which our own JSON uses for long arrays."""
    if raw[:2] in ZLIB:
        yield "unpacked", zlib.decompressobj().decompress(raw, MOST_BYTES)


def _texts(raw):
    """Yield the texts of a JSON file or notebook; lists of lines are joined."""
    if raw.lstrip()[:1] not in (b"{", b"["):
        return
    texts = []
    _collect(json.loads(raw), texts)
    text = "\n".join(texts).encode("utf-8", "replace")
    if text:
        yield "texts", text


def _collect(value, texts):
    """Append all texts in a JSON value, with its keys, to `texts`."""
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            texts.append(key)
            _collect(inner, texts)
    elif isinstance(value, list):
        if value and all(isinstance(v, str) for v in value):
            texts.append("".join(value))
        elif not all(isinstance(v, int | float) for v in value):
            for inner in value:
                _collect(inner, texts)


def _encoded(raw):
    """Yield the contents of base64 data in a text, of at least 60 characters each."""
    if b"\0" in raw:
        return
    for n, encoded in enumerate(BASE64.findall(raw), 1):
        plain = b"".join(encoded.split()).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
        with contextlib.suppress(binascii.Error):
            yield f"base64 {n}", base64.b64decode(plain + b"=" * (-len(plain) % 4))


def text_of(raw: bytes) -> str:
    """Return bytes as text: UTF-8, or UTF-16 if they begin like UTF-16."""
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    return raw.decode("utf-16" if wide else "utf-8", errors="replace")
