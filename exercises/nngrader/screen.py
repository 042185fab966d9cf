"""What the command says of results: on the screen, and as `--json`."""

from __future__ import annotations

import os
import sys

PRIVATE_KEYS = ("cells", "key", "failed")  # of a result: not for others
WIDTH = 110


def say(text: str) -> None:
    """Print a line; where nobody reads any longer, as behind `| head`, go on in silence."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def warn(text: str) -> None:
    """Print a line for the person at the terminal, beside the output."""
    print(f"nngrader: {text}", file=sys.stderr)


def any_terminal() -> None:
    """Let a terminal that cannot show a letter stop nothing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def shown(name: str) -> str:
    r"""A name as a terminal may see it: no control characters, no half ones.

    >>> shown("a\x1b[31mb\udce9")
    'a?[31mb?'
    """
    return "".join(c if c.isprintable() else "?" for c in name)


def line(result: dict, n: int, of: int) -> str:
    """One submission on the screen."""
    score = f"{result['score']:6.2f} of {result['max_score']:g}"
    begin = f"[{n}/{of}] {shown(result['student']):24} {result['status']:10} {score}"
    return f"{begin}  {shown('; '.join(result['flags']))[:WIDTH]}".rstrip()


def totals(results: list[dict]) -> str:
    """The last line on the screen."""
    counts = {
        s: sum(r["status"] == s for r in results) for s in ("graded", "flagged", "ungradable")
    }
    failed = sum(bool(r.get("failed")) for r in results)
    words = ", ".join(f"{n} {status}" for status, n in counts.items())
    return f"{len(results)} submissions: {words}" + (f"; {failed} FAILED" if failed else "")


def public(result: dict) -> dict:
    """A result as `--json` writes it."""
    from .engine import sentence

    kept = {k: v for k, v in result.items() if k not in PRIVATE_KEYS}
    kept["problems"] = {
        name: {
            "score": p["score"],
            "max": p["max"],
            "aspects": p["aspects"],
            "mistakes": [sentence(aspect, text) for aspect, text, _ in p["findings"]],
        }
        for name, p in result["problems"].items()
    }
    return kept
