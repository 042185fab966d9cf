"""What `tools/print_book.py` is made of: the book as ePub and as PDF."""
