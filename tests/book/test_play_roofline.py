"""The roofline: what bounds a layer, its time on a card and here, by the formulas in Python."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "roofline"
D, LAUNCH = 1024, 1e-5
CARDS = {
    "T4": {"peak": 8.1e12, "bandwidth": 3.2e11, "link": 1.6e10},
    "H100 SXM": {"peak": 6.7e13, "bandwidth": 3.35e12, "link": 6.4e10},
}
HERE = {"peak": 9e10, "bandwidth": 2.5e10, "overhead": 2e-6}
UNITS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


def seconds(on, m, launch, transfer):
    """Return the predicted seconds of a linear layer on a batch of m."""
    work = max(2 * m * D**2 / on["peak"], 4 * (D**2 + 2 * m * D) / on["bandwidth"])
    return work + launch + (8 * m * D / on["link"] + 2 * launch if transfer else 0)


def here(m):
    return seconds(HERE, m, HERE["overhead"], False)


def case(k, m, transfer):
    card = CARDS[list(CARDS)[k]]
    found = {"time": seconds(card, m, LAUNCH, transfer), "here": here(m)}
    return {"device": k, "batch": m, "transfer": transfer} | found


KNOWN = [case(k, m, t) for k in (0, 1) for m in (1, 50, 4096) for t in (False, True)]


def data(**changed):
    return {
        "devices": [{"name": name} | card for name, card in CARDS.items()],
        "here": HERE,
        "width": D,
        "batch": 32,
        "device": 0,
        "launch": LAUNCH,
        "known": KNOWN,
    } | changed


@pytest.fixture
def figure(open_figure):
    return open_figure()


def read(text):
    """Return the seconds that a text such as "1.2 ms" tells."""
    value, unit = text.split()
    return float(value.replace(",", "")) * UNITS[unit]


def check(figure, name, m, decides, transfer=False, launch=LAUNCH):
    """Assert that the figure tells what decides, and the two times."""
    said = figure.sentence()
    assert said.startswith(f"{name}, batch {m}: {decides} decides. ")
    there, mine = re.search(
        r"decides\. (.+) in all against (.+) on this machine,", said
    ).groups()
    expected = seconds(CARDS[name], m, launch, transfer)
    assert read(there) == pytest.approx(expected, rel=0.06)
    assert read(mine) == pytest.approx(here(m), rel=0.06)
    assert (" times as fast as " in said) == (here(m) >= expected)


def test_it_starts_as_the_page_says(figure):
    check(figure, "T4", 32, "the memory")


def test_its_times_are_those_of_python(figure):
    assert figure.evaluate("element => element.agrees()")


def test_a_wrong_time_is_found(open_figure):
    wrong = open_figure(known=[KNOWN[0] | {"time": 1.01 * KNOWN[0]["time"]}])
    assert not wrong.evaluate("element => element.agrees()")


def test_each_of_the_four_costs_can_decide(figure):
    figure.slide("batch size", 12)
    check(figure, "T4", 4096, "the arithmetic")
    figure.get_by_label("send input and output").check()
    check(figure, "T4", 4096, "the transfer", transfer=True)
    figure.get_by_label("send input and output").uncheck()
    figure.slide("batch size", 4)
    figure.slide("launch (assumed)", -4)
    check(figure, "T4", 16, "the launch", launch=1e-4)


def test_another_card_is_chosen_and_named(figure):
    figure.press("H100 SXM")
    check(figure, "H100 SXM", 32, "the launch")
    assert figure.facts()["ridge of the device"] == "20"


def test_keys_move_the_layer_along_the_roof(figure):
    figure.get_by_label("FLOPs per byte of the layer").press("ArrowRight")
    figure.settle()
    batch = int(re.search(r"batch (\d+)", figure.sentence())[1])
    assert batch > 32
    intensity = 2 * batch * D**2 / (4 * (D**2 + 2 * batch * D))
    assert float(figure.facts()["FLOPs per byte"]) == pytest.approx(intensity, rel=0.01)


def test_the_ridge_is_dragged_to_a_device_of_ones_own(figure):
    before = figure.facts()["arithmetic"]
    figure.pull(0, 40, ".nn-point[aria-label='ridge of the device']")
    assert figure.sentence().startswith("your device, batch 32")
    assert read(figure.facts()["arithmetic"]) > read(before)
    assert float(figure.facts()["ridge of the device"]) == pytest.approx(25.3, rel=0.02)


def test_peak_and_bandwidth_can_be_set_without_dragging(figure):
    figure.slide("peak, FLOP/s", 12)
    figure.slide("bandwidth, B/s", 11)
    assert figure.facts()["ridge of the device"] == "10"
    expected = 4 * (D**2 + 64 * D) / 1e11
    assert read(figure.facts()["memory"]) == pytest.approx(expected, rel=0.06)


def test_the_drawings_say_what_they_show(figure):
    figure.settle()
    roof, times = figure.locator("svg.nn-plot").all()
    assert "T4 (8.1 TFLOP/s, 320 GB/s)" in roof.get_attribute("aria-label")
    assert "At batch 32:" in times.get_attribute("aria-label")
