"""What the grader finds out, as data with codes, and the modules that turn it into text."""
