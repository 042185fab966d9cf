"""Whether what is said of hidden cases holds a number that is not ours."""

import re

from nngrader.engine.driver import _sentences

OURS = re.compile(
    r"adds? up to [01]|above 1\b|length 1\b|back to 0|where 0 is|(?:u?int|float|complex)\d+|"
    r"ln 2|ln 10|[NMCD]²|by 1\b|is 0\b|\b2 times|[NMCD] [-+] 1\b|- 1\)|the diagonal is 0|"
    r"rounded to \d decimals|\((?:(?:1|\?|…|[A-Z](?:·[A-Z])?)(?:, )?)+,?\)"
)


def numbers_in(data, findings):
    """Return the findings on hidden cases in which a number stands that is not ours."""
    hints = [m["hint"] for m in data["mistakes"].values()]
    tried = [case["tried"] for case in data["cases"]]
    ours = [*hints, *tried, *data.get("wrong", {}).values(), *data["returns"]]
    ours += [*data["parameters"], *_measured(data)]
    ours = [words for words in ours if re.search(r"\d", words)]
    ours.sort(key=len, reverse=True)  # sentences before the names that stand in them
    return [text for _, text, _ in findings if _has_number(text, ours)]


def _measured(data):
    """Return the sentences that stand in a problem's measure."""
    return {s for s in _sentences(**data["measure"]) if " " in s} if "measure" in data else ()


def _has_number(text, known):
    """Tell whether there is a digit outside of known words."""
    for words in known:
        text = text.replace(words, "")
    return re.search(r"\d", OURS.sub("", text)) is not None
