"""Codes for students, which no one can compute without the course's secret.

The secret is in `.secret` in the course folder. It is generated at random on first use,
readable only by its owner. The same secret gives the same codes, so links and lists remain
valid.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from ..errors import CannotDo
from .folder import Course, write_once

SECRET = ".secret"
BYTES = 32


def secret_of(course: Course) -> bytes:
    """Return the course's secret; it is generated on first use.

    :raises CannotDo: If the file cannot be read, or doesn't contain a secret.
    """
    file = course / SECRET
    if not file.exists():
        write_once(file, secrets.token_hex(BYTES))
    try:
        secret = bytes.fromhex(file.read_text())
    except OSError as e:
        raise CannotDo(f"the secret {file} cannot be read: {e.strerror}") from None
    except ValueError:
        secret = b""
    if len(secret) != BYTES:
        raise CannotDo(
            f"{file} should contain {2 * BYTES} hexadecimal digits: restore a copy, or delete "
            "it to get a new secret, which changes all links and codes"
        )
    return secret


def code(secret: bytes, *words: str, letters: int = 32) -> str:
    """Return a code for some words: lower-case letters and digits, five bits each.

    >>> code(b"secret", "link", "ps1", "ada", letters=8)
    'ryav2ekl'
    """
    text = "\0".join(words).encode("utf-8", "surrogatepass")
    digest = hmac.new(secret, text, hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:letters].lower()
