"""The pages as the tests read them: the lint's own reader, under the names of old."""

from page_lint import book

API, LESSONS, PAGES, WRITTEN = book.API, book.LESSONS, book.PAGES, book.WRITTEN
ROOT, CHAPTERS, REFERENCE = book.ROOT, book.CHAPTERS, book.REFERENCE
COURSE = book.COURSE
source = book.source
