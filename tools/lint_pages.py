"""Print what is wrong with the pages, one finding per line.

Usage: python tools/lint_pages.py [--rules] [PAGE …]

Without a page, the linter reads all pages of the table of contents.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from joblib import cpu_count
from page_lint import RULES, Page, check
from page_lint.book import BELOW, CHAPTERS, PAGES


def parsed() -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="such as classifiers/softmax")
    parser.add_argument("--rules", action="store_true", help="list the rules")
    options = parser.parse_args()
    for page in options.pages:
        if not (CHAPTERS / f"{page}.md").exists():
            parser.error(f"there is no chapters/{page}.md")
    return options


def lines(page: str) -> list[str]:
    """Return the findings on a page, one per line."""
    return [finding.show(page) for finding in check(Page.load(page))]


def main() -> int:
    """Print the findings; return 1 if there is one, else 0."""
    options = parsed()
    if options.rules:
        for rule in RULES.values():
            scope = "lessons" if rule.lessons_only else "all pages"
            print(f"{rule.name:18} {rule.requires} ({scope})")
        return 0
    pages = options.pages or [*PAGES, *BELOW]
    with ProcessPoolExecutor(min(cpu_count(), len(pages))) as pool:
        findings = [line for page in pool.map(lines, pages) for line in page]
    print(*findings, sep="\n", end="\n" * bool(findings))
    print(f"{len(findings)} findings on {len(pages)} pages")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
