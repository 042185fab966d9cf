"""Say what pages lack, one line a finding.

Usage: python tools/lint_pages.py [--rule RULE] [--rules] [PAGE …]

Without a page, all pages of the table of contents. A comment in the page allows a finding in
the block below it, for a reason that is listed: `% lint-allow RULE: reason`, or
`% lint-allow RULE “what”: reason` for one of several.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from joblib import cpu_count
from page_lint import RULES, Page, Report, check
from page_lint.book import BELOW, CHAPTERS, PAGES


def parsed() -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="such as classifiers/softmax")
    parser.add_argument("--rule", action="append", choices=sorted(RULES), help="only this rule")
    parser.add_argument("--rules", action="store_true", help="list the rules")
    options = parser.parse_args()
    for page in options.pages:
        if not (CHAPTERS / f"{page}.md").exists():
            parser.error(f"there is no chapters/{page}.md")
    return options


def checked(page: str, rules: list[str] | None) -> Report:
    """Return the findings on a page."""
    return check(Page.load(page), rules)


def main() -> int:
    """Print the findings; return 1 if there is one, else 0."""
    options = parsed()
    if options.rules:
        print("\n".join(f"{r.name:18} {r.asks} ({r.scope})" for r in RULES.values()))
        return 0
    pages = options.pages or [*PAGES, *BELOW]
    with ProcessPoolExecutor(min(cpu_count(), len(pages))) as pool:
        reports = [*pool.map(partial(checked, rules=options.rule), pages)]
    for report in reports:
        print("\n".join(report.lines()), end="\n" * bool(report.lines()))
    count = sum(len(report.findings) for report in reports)
    allowed = sum(w.used for report in reports for w in report.allowed)
    print(f"{count} findings on {len(pages)} pages, {allowed} allowed")
    return bool(count)


if __name__ == "__main__":
    sys.exit(main())
