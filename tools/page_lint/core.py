"""Rules, findings and waivers: a rule is a function from a page to what it finds wrong."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from . import book
from .source import PageSource

LESSON, WRITTEN, PAGE = "lessons", "lessons and the pages of Start", "all pages"
WAIVER = re.compile(r"^% lint-allow (?P<rule>[\w-]+)(?: (?P<what>[^:]+?))?: *(?P<reason>.*)$")


@dataclass(frozen=True, order=True)
class Finding:
    """Something wrong on a page: its line, the rule, and a text that says what to do."""

    line: int
    rule: str
    text: str

    def show(self, page: str) -> str:
        """Return the finding as one line of the report."""
        return f"chapters/{page}.md:{self.line}: {self.rule}: {self.text}"


@dataclass
class Page:
    """A page as the rules get it: its source, and the topics and errata that it must cover."""

    name: str
    source: PageSource
    topics: set[str] = field(default_factory=set)
    errata: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, name: str, text: str | None = None) -> "Page":
        """Return a page of the book, with `text` as its source if given, else its file's."""
        source = PageSource(book.CHAPTERS / f"{name}.md", text)
        return cls(name, source, book.COURSE.topics_of(name), book.COURSE.errata_of(name))

    @property
    def top(self) -> int:
        """Return the line at which to report what concerns the whole page."""
        return self.source.title_line

    @property
    def scopes(self) -> set[str]:
        """Return the kinds of pages, such as LESSON, to which this page belongs."""
        if self.name.startswith("reference/"):
            return {PAGE}
        if self.name.startswith(book.EXEMPT):
            return {PAGE, WRITTEN}
        return {PAGE, WRITTEN, LESSON}

    @cached_property
    def builds_on(self) -> frozenset[str]:
        """Return the pages whose content this page may presuppose."""
        return book.needed(self.name)


Check = Callable[[Page], Iterator[tuple[int, str]]]


@dataclass(frozen=True)
class Rule:
    """A rule: its name, the kind of pages it applies to, what it demands, and its function."""

    name: str
    scope: str
    asks: str
    check: Check


RULES: dict[str, Rule] = {}


def rule(name: str, scope: str, asks: str) -> Callable[[Check], Check]:
    """Return a decorator that registers a function yielding (line, text) as a rule."""

    def register(check: Check) -> Check:
        if name in RULES:
            raise ValueError(f"rule: expected a new name, got {name!r} again")
        RULES[name] = Rule(name, scope, asks, check)
        return check

    return register


@dataclass
class Waiver:
    """A comment that allows one rule to be broken in the block below it, for a given reason."""

    line: int
    last: int
    rule: str
    what: str
    reason: str
    used: int = 0

    def covers(self, finding: Finding) -> bool:
        """Return whether this waiver allows a finding."""
        inside = self.line <= finding.line <= self.last
        named = not self.what or f"“{self.what}”" in finding.text
        return inside and finding.rule == self.rule and named


def waivers(source: PageSource) -> list[Waiver]:
    """Return the waivers of a page; each reaches to the end of the block that follows it."""
    found = []
    for number, line in enumerate(source.lines, 1):
        if match := WAIVER.match(line):
            last = _block_end(source, number)
            what = (match["what"] or "").strip()
            found.append(Waiver(number, last, match["rule"], what, match["reason"].strip()))
    return found


def _block_end(source: PageSource, line: int) -> int:
    """Return the last line of the block that follows a line."""
    start = line + 1
    while start <= len(source.lines) and _empty(source.lines[start - 1]):
        start += 1
    for block in source.blocks:
        if block.line <= start <= block.last:
            return block.last
    while start < len(source.lines) and source.lines[start].strip():
        start += 1
    return start


def _empty(line: str) -> bool:
    """Return whether a line is blank or a comment."""
    return not line.strip() or line.startswith("%")


@dataclass
class Report:
    """The findings on a page, and the waivers that allowed others."""

    page: str
    findings: list[Finding]
    allowed: list[Waiver]

    def lines(self) -> list[str]:
        """Return the report, one line for each finding and each waiver that was used."""
        shown = [finding.show(self.page) for finding in self.findings]
        shown += [
            f"chapters/{self.page}.md:{w.line}: allowed {w.rule} ({w.used}): {w.reason}"
            for w in self.allowed
        ]
        return shown


def check(page: Page, names: list[str] | None = None) -> Report:
    """Return the findings of the rules on a page, less those that waivers allow.

    Parameters
    ----------
    page : Page
        The page.
    names : list of str, optional
        Only these rules; a waiver is then not asked to be of use.
    """
    chosen = [r for r in RULES.values() if r.scope in page.scopes]
    chosen = [r for r in chosen if names is None or r.name in names]
    found = {Finding(line, r.name, text) for r in chosen for line, text in r.check(page)}
    given = waivers(page.source)
    kept = [finding for finding in sorted(found) if not _waived(finding, given)]
    if names is None:
        kept += _faulty(given)
    return Report(page.name, sorted(kept), [w for w in given if w.used and w.reason])


def _waived(finding: Finding, given: list[Waiver]) -> bool:
    """Return whether a waiver allows a finding; count the use of the first that does."""
    for waiver in given:
        if waiver.reason and waiver.covers(finding):
            waiver.used += 1
            return True
    return False


def _faulty(given: list[Waiver]) -> Iterator[Finding]:
    """Yield a finding for each waiver without a reason, of an unknown rule, or of no use."""
    for waiver in given:
        if waiver.rule not in RULES:
            text = f"there is no rule “{waiver.rule}”; --rules lists them"
        elif not waiver.reason:
            text = "a waiver needs its reason: `% lint-allow RULE: why`"
        elif not waiver.used:
            text = f"nothing here breaks “{waiver.rule}”: delete the waiver"
        else:
            continue
        yield Finding(waiver.line, "waiver", text)
