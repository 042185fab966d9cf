"""Fixtures for the small book of questions: from a server, as files, and its one page."""

import pytest
from browser import served
from made_once import made_once
from question_book import ASKED, make


@pytest.fixture(scope="module")
def questions():
    return made_once("questions", make) / "_build/html"


@pytest.fixture(scope="module", params=["server", "file"])
def base(request, questions):
    if request.param == "file":
        yield questions.as_uri() + "/"
    else:
        with served(questions) as address:
            yield address


@pytest.fixture(scope="module")
def address(questions):
    with served(questions) as address:
        yield address


@pytest.fixture
def page(reopen, address):
    return reopen(address, ASKED).page
