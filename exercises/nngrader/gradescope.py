"""Gradescope's `submission_metadata.yml`: who handed in which submission, and when."""

from __future__ import annotations

MOST_OF_ONE = 20_000  # characters that are parsed of one submission


def submitters_of(text: str) -> dict[str, tuple[list[tuple[str, str, str]], str]]:
    """Submitters and time of each submission.

    Parameters
    ----------
    text : str
        The file. Only lines of its first two levels are looked at, and only the list of
        submitters and the time are parsed, with every value as text: what students' programs
        printed stands deeper and is passed over.

    Returns
    -------
    dict
        By folder: a list of (SID, email, name), and the time as it is written; both are empty
        where they cannot be read.
    """
    found, folder, part, kept = {}, None, "", {}
    for line in text.split("\n"):
        if line[:1].strip() and line.rstrip().endswith(":"):
            folder, part = line.rstrip()[:-1].strip("'\""), ""
            kept = found[folder] = {":submitters": [], ":created_at": []}
        elif folder and line.startswith("  :") and line[2:].strip():
            part = line.strip().partition(": ")[0].rstrip(":")
        if folder and part in kept and line[:1] == " ":
            kept[part].append(line)
    return {name: _submission(lines) for name, lines in found.items()}


def _submission(lines):
    """Submitters and time of one submission."""
    import yaml

    text = "\n".join(lines[":submitters"] + lines[":created_at"])
    try:
        data = yaml.load(text, Loader=yaml.BaseLoader) if len(text) <= MOST_OF_ONE else {}
    except yaml.YAMLError:
        data = {}
    data = data if isinstance(data, dict) else {}
    people, when = data.get(":submitters"), data.get(":created_at")
    people = people if isinstance(people, list) else []
    found = [_submitter(p) for p in people if isinstance(p, dict)]
    return found, when if isinstance(when, str) else ""


def _submitter(person):
    """SID, email and name of one submitter."""
    values = (person.get(f":{key}") for key in ("sid", "email", "name"))
    return tuple(v.strip() if isinstance(v, str) else "" for v in values)
