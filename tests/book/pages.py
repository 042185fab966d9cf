"""The pages as the tests read them: the lint's own reader, under the names of old."""

from page_lint import book

API, BELOW, LESSONS = book.API, book.BELOW, book.LESSONS
PAGES, WRITTEN = book.PAGES, book.WRITTEN
ROOT, CHAPTERS, REFERENCE = book.ROOT, book.CHAPTERS, book.REFERENCE
COURSE = book.COURSE
source = book.source
