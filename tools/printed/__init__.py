"""Modules of `tools/print_book.py`: the book as ePub and as PDF."""
