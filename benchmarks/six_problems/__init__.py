"""The class of the benchmark: a course of six problems, and honest submissions to it."""
