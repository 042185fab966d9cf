"""The lint's reader of pages, under the names that the tests use."""

from page_lint import book

API, BELOW, LESSONS = book.API, book.BELOW, book.LESSONS
PAGES, WRITTEN = book.PAGES, book.WRITTEN
ROOT, CHAPTERS, REFERENCE = book.ROOT, book.CHAPTERS, book.REFERENCE
COURSE = book.COURSE
source = book.source
