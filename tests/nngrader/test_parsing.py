"""A syntax tree of one thread is not affected by other threads."""

import ast
import gc
import threading

import pytest
from nngrader.engine.observation.driver import string_constants
from nngrader.engine.observation.parsing import parse

DEEP = "[" + "(1, (2, (3, 4))), " * 1000 + "]"


def parse_beside_another(parse):
    """Parse a text, and let another thread parse its own where that makes Python tidy up."""
    begin, ended, over = threading.Event(), threading.Event(), threading.Event()

    def other():
        while begin.wait() and not over.is_set():
            begin.clear()
            parse("f(x)")
            ended.set()

    def interrupt(*_):
        if threading.current_thread() is here:
            ended.clear()
            begin.set()
            ended.wait(0.02)

    here, thread = threading.current_thread(), threading.Thread(target=other)
    thread.start()
    gc.collect()
    gc.callbacks.append(interrupt)
    try:
        parse(DEEP)
    finally:
        gc.callbacks.remove(interrupt)
        over.set()
        begin.set()
        thread.join()


@pytest.mark.slow
def test_one_thread_parses_at_a_time_where_submissions_are_graded():
    parse_beside_another(parse)
    parse_beside_another(lambda text: string_constants("measure", text))


def test_python_itself_is_left_as_it_was():
    assert ast.parse.__module__ == "ast"
    assert not hasattr(ast.parse, "__wrapped__")
