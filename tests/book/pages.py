"""The lint's reader of pages, under the names that the tests use."""

from page_lint import book

API, BELOW = book.API, book.BELOW
PAGES = book.PAGES
ROOT, CHAPTERS, REFERENCE = book.ROOT, book.CHAPTERS, book.REFERENCE
COURSE = book.COURSE
source = book.source
