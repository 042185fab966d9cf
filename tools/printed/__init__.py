"""What `tools/print_book.py` needs: the book as ePub and as PDF."""
