"""Downloads that resume after a break, and are checked before they get their final name."""

from __future__ import annotations

import errno
import hashlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path

__all__ = ["fetch", "md5", "put"]

BLOCK = 1 << 16  # bytes read at once


def fetch(
    urls: Sequence[str],
    path: Path,
    *,
    md5sum: str | None = None,
    tries: int = 3,
    pause: float = 1.0,
    timeout: float = 30.0,
) -> Path:
    """Fetch a file from the first address that gives it, unless it was put there by hand.

    What has come stands in ``path`` with ``.part`` behind its name until the file is whole and
    its sum is right; a later call goes on from there where the server can (HTTP Range).

    Parameters
    ----------
    urls : sequence of str
        Addresses of the same file.
    path : Path
        Where it shall stand.
    md5sum : str, optional
        Its MD5 sum; a file with another is thrown away.
    tries : int
        How often to go through the addresses.
    pause : float
        Seconds before the second time, twice as many before each further one.
    timeout : float
        Seconds without a byte after which a connection counts as broken.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    RuntimeError
        If no address gave the file, or its sum is wrong.
    OSError
        If it cannot be written, as on a full disk.
    """
    if path.is_file() and md5sum in (None, md5(path)):
        return path
    part = path.with_name(path.name + ".part")
    failures: dict[str, str] = {}
    for k in range(tries):
        if k:
            time.sleep(pause * 2 ** (k - 1))
        for url in urls:
            try:
                _transfer(url, part, timeout)
                _check(part, url, md5sum)
            except _Failure as failure:
                failures[url] = str(failure)
                continue
            os.replace(part, path)
            return path
    raise RuntimeError(_advice(failures, path, part))


class _Failure(Exception):
    """The error of one attempt to download a file; another address may succeed."""


def _advice(failures: dict[str, str], path: Path, part: Path) -> str:
    """Return the error message with all attempts, and how to download the file by hand."""
    tried = "; ".join(f"{url}: {reason}" for url, reason in failures.items())
    have = part.stat().st_size if part.exists() else 0
    kept = f" {have:,} bytes have come; the next call goes on from there." if have else ""
    return (
        f"fetch: could not get {path.name} ({tried}).{kept} Without a network here, download "
        f"it elsewhere from one of these addresses, put it at {path} and call again"
    )


def _transfer(url: str, part: Path, timeout: float) -> None:
    """Download the missing rest of the file, or all of it if the server cannot resume."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "nnlib", "Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={have}-"} if have else {}
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            goes_on = answer.status == 206 and _start(answer) == have
            if answer.status == 206 and not goes_on:
                raise _Failure(f"the server sent another part than asked for, at byte {have:,}")
            _receive(answer, part, have if goes_on else 0)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # the part is complete or too long; its checksum decides
            return
        raise _Failure(f"the server answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _Failure(f"no connection ({error.reason})") from error
    except (HTTPException, ConnectionError, TimeoutError) as error:
        raise _Failure(f"the connection broke ({error})") from error


def _start(answer) -> int:
    """Return the offset of the first byte that the server sent, or -1 if it does not say."""
    first = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(first) if first.isdigit() else -1


def _receive(answer, part: Path, have: int) -> None:
    """Append the body of the response to a file; raise an error if it ends early."""
    promised = answer.headers.get("Content-Length")
    got = 0
    try:
        with part.open("ab" if have else "wb") as file:
            while block := answer.read(BLOCK):
                file.write(block)
                got += len(block)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OSError(
                error.errno, f"fetch: no room for {promised} bytes", str(part)
            ) from error
        raise
    if promised is not None and got < int(promised):
        raise _Failure(f"the connection broke after {have + got:,} bytes")


def _check(part: Path, url: str, md5sum: str | None) -> None:
    """Raise an error if the checksum of a file is wrong, and delete the file."""
    if md5sum is not None and (found := md5(part)) != md5sum:
        part.unlink()
        raise _Failure(f"wrong checksum, MD5 {found} instead of {md5sum}; thrown away")


def md5(path: Path) -> str:
    """Return the MD5 checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, _md5).hexdigest()


def _md5():
    """Return a new MD5 hash, used against damaged files, not against forged ones."""
    return hashlib.md5(usedforsecurity=False)


def put(path: Path, raw: bytes) -> None:
    """Write a file atomically, so that no reader finds an incomplete one."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(raw)
    os.replace(part, path)
