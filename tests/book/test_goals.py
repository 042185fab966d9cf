"""Tasks of moving figures: not ticked at the start, and ticked once they are done."""

import re

import pytest
from docutils import nodes
from figure import SET, Figure
from link.goals import tasks

pytestmark = pytest.mark.browser

POINT = (
    "A data point: the arrow keys move it, Page Up and Page Down choose another one, "
    "Enter adds one, Delete removes it"
)
# By page and figure, moves that do the task: "press NAME", "NAME = VALUE" for a slider or a
# field, and "NAME: KEY n" for n presses of a key on a handle.
MOVES = {
    "maths/vectors": {
        "vectors": [
            "tip of v: ArrowRight 5",
            "tip of v: ArrowDown 40",
            "tip of v: ArrowLeft 42",
        ]
    },
    "maths/matrices": {"linear-map": ["press (2 1; 1 1)", "where (0, 1) goes: ArrowRight 10"]},
    "maths/numpy-matplotlib": {"broadcast": ["shape of a = (3, 1, 5)", "shape of b = (4, 1)"]},
    "maths/linear-systems": {
        "equations": [
            "left square of line 2: ArrowUp 25",
            "left square of line 2: ArrowUp 5",
            "right square of line 2: ArrowUp 5",
        ]
    },
    "maths/probability": {"people": ["specificity = 80", "specificity = 74.6"]},
    "classifiers/softmax": {"softmax": ["score of trouser: ArrowUp 100"]},
    "cnn/detection": {
        "boxes": [
            "predicted box: ArrowUp 9",
            "predicted box: ArrowRight 8",
            "predicted box: ArrowRight 4",
        ]
    },
    "cnn/layers": {"volumes": ["kernel = 3", "kernel = 5", "stride = 2"]},
    "optimization/momentum": {"race": ["all learning rates × = 0.5", "press round bowl"]},
    "backprop/finding-folds": {
        "folds": ["hidden layers = 6", "hidden layers = 3", "units in each layer = 4"]
    },
    "maths/eigen": {"eigen": ["direction of x = 27", "direction of x = 117", "press turn"]},
    "classifiers/gradient-descent": {
        "valley": ["learning rate = -0.1", "press two valleys", "learning rate = -0.4"]
    },
    "classifiers/logistic-regression": {"logistic": ["press lowest loss"]},
    "classifiers/linear-regression": {"fit-line": ["press best line"]},
    "classifiers/maximum-likelihood": {"tosses": ["θ: ArrowLeft 20", "θ: ArrowLeft 40"]},
    "classifiers/model-selection": {"threshold": ["threshold = 0.4", "threshold = 0.3"]},
    "classifiers/perceptron": {
        "perceptron": [
            "press next error",
            "press next error",
            "press next error",
            "press (0, 0): 0",
            "press ten passes",
        ]
    },
    "classifiers/generalization": {
        "complexity": [
            "degree = 1",
            "degree = 0",
            "ruler error = 4",
            "degree = 2",
            "ruler error = 0.5",
            "degree = 3",
            "ruler error = 0",
        ]
    },
    "cnn/resnet": {"graph": ["w₂ = 0", "press plain block", "w₂ = 0"]},
    "cnn/transfer": {"reuse": ["press block 5", "press block 11"]},
    "cnn/efficient-networks": {"volumes": ["filters = 40", "filters = 31"]},
    "rnn/bptt": {"truncate": ["cut after k uses = 3", "press x₂ = −8", "cut after k uses = 1"]},
    "rnn/lstm-gru": {
        "gates": ["input gate of step 6: ArrowDown 10", "forget gate of step 5: ArrowDown 10"]
    },
    "rnn/recurrence": {
        "unroll": [
            "press Next day",
            "press Next day",
            "press Next day",
            "rain of day 1: ArrowUp 1",
        ]
    },
    "rnn/vanishing-gradients": {
        "lag": [
            "gradient at the last step, of length 1: ArrowRight 3",
            "press not normal",
            "press far from normal",
        ]
    },
    "backprop/activations": {
        "activation": [
            "weight w: ArrowUp 30",
            "press ReLU",
            "z, in the plot of the function: ArrowRight 10",
            "weight w: ArrowDown 30",
        ]
    },
    "backprop/calibration": {"calibration": ["temperature T = 0.1", "press test images"]},
    "backprop/computational-graphs": {
        "graph": [
            "x = -3",
            "press forward pass",
            "press step ▶",
            "press step ▶",
            "press step ▶",
        ]
    },
    "backprop/gradient-checking": {"nudge": ["step h = 16", "step h = 21"]},
    "backprop/losses": {
        "outlier": ["press absolute error", "last day: ArrowLeft 48", "press squared error"]
    },
    "backprop/neurons": {
        "neuron-net": [
            "press hidden unit 2",
            "weight of x₁ = 8",
            "weight of x₂ = 8",
            "bias = -12",
            "press output unit",
            "weight of h₂ = -10",
        ],
        "pieces": ["hidden units = 14", "press jump"],
    },
    "optimization/adaptive": {"race": ["step = 60", "press turned ravine"]},
    "optimization/data-and-noise": {"augment": ["turn (degrees) = 30", "turn (degrees) = -40"]},
    "optimization/hyperparameters": {"cloth": ["press train here", "press grid"]},
    "optimization/initialization": {
        "layers": ["standard deviation of the weights: ArrowUp 14", "press tanh"]
    },
    "optimization/landscape": {"roll": ["start of the ball: ArrowDown 2", "steps = 60"]},
    "optimization/line-search": {
        "ray": ["step length: ArrowRight 1", "step length: ArrowRight 60", "press two dips"]
    },
    "optimization/normalization": {
        "batch-norm": ["sample 5: ArrowLeft 40", "press of earlier batches (prediction)"]
    },
    "optimization/preprocessing": {
        "round-bowl": ["mean of the cloud: ArrowLeft 40", "mean of the cloud: ArrowDown 30"]
    },
    "optimization/regularization": {
        "penalty-ball": ["press L1", "minimum of the loss: ArrowDown 12", "press L2"]
    },
    "optimization/second-order": {
        "newton-step": [
            "start of the step: ArrowLeft 20",
            "start of the step: ArrowUp 12",
            "damping α = 4",
        ]
    },
    "optimization/sgd": {
        "batch-walk": ["batch size = 0", "learning rate η = 0.04", "learning rate η = 0.6"]
    },
    "optimization/strategy": {
        "clinic": [
            "press rate × 10",
            "press case B",
            "press 16 times as many units",
            "press case C",
            "press 4 times as many images",
            "press case D",
            "press train on 250 images like the validation ones",
        ]
    },
    "optimization/dropout": {
        "dropout": ["press draw 50", "dropout rate q = 0.5", "press draw 50"]
    },
    "generative/diffusion": {
        "diffuse": ["steps done = 50", "start of the orange dot: ArrowLeft 30"]
    },
    "generative/gan": {"film": ["training steps = 6", "press non-saturating, 9"]},
    "generative/autoencoders": {
        "code-walk": ["code: ArrowUp 40", "press PCA", "code: ArrowRight 30"],
        "denoise": ["noise = 1", "noise = 0"],
    },
    "frameworks/pytorch": {
        "loop": [
            "press ten passes",
            "press restart",
            "press sgd.zero_grad()",
            "press ten passes",
        ]
    },
    "frameworks/gpu": {
        "roofline": ["batch size = 9", "batch size = 8.5", "press T4", "batch size = 7.9"]
    },
    "frameworks/scaling": {"ring": ["steps done = 6", "press 6 workers", "steps done = 10"]},
    "start/welcome": {"scores": ["training steps = 1", "training steps = 5"]},
    "maths/svd-pca": {
        "rank": [
            "rank: ArrowRight 20",
            "press cup",
            "press brick",
            "press grass",
            "rank: ArrowRight 43",
            "press cat, shuffled",
        ]
    },
    "maths/matrix-calculus": {
        "surface-walk": [
            "angle from the arrow = 90",
            "angle from the arrow = 0",
            "position on the map: ArrowUp 20",
        ]
    },
    "cnn/architectures-classic": {
        "architectures": [
            "layer: ArrowRight 1",
            "layer: ArrowRight 17",
            "layer: ArrowRight 1",
            "side of the image = 448",
        ]
    },
    "backprop/tensor-backprop": {"tracer": ["images N = 100", "images N = 128"]},
    "rnn/sequence-modelling": {"writer": ["temperature T = 1.6", "temperature T = 0.8"]},
    "rnn/attention": {"look": ["press Head 2", "press Head 4"]},
    "classifiers/nearest-neighbours": {
        "neighbours": [
            "neighbours k = 15",
            "new point; press Enter to add it here: ArrowLeft 8",
        ]
    },
    "backprop/deep-network": {
        "train": [
            "press spirals",
            "width, layer 1 = 16",
            "width, layer 2 = 16",
            "learning rate η = 0",
            "epoch = 300",
        ]
    },
    "optimization/schedules": {
        "schedule": [
            "press exponential",
            "learning rate at step 60: ArrowUp 6",
            "learning rate at step 180: ArrowDown 10",
            "learning rate at step 240: ArrowDown 7",
        ]
    },
    "classifiers/learning-problem": {
        "learner": ["press nearest mean", "press curve", f"{POINT}: Enter 1"]
    },
    "cnn/convolution": {
        "kernel": [
            "press sum",
            "row 1, column 1: 1: ArrowDown 2",
            "row 3, column 1: 1: - 3",
            "row 3, column 1: −2: ArrowRight 1",
            "row 3, column 2: 1: - 3",
            "row 3, column 2: −2: ArrowRight 1",
            "row 3, column 3: 1: - 3",
        ]
    },
    "cnn/backward": {
        "reach": [
            "pixel, row 2, column 2: 1: ArrowUp 1",
            "pixel, row 1, column 2: 2: ArrowLeft 1",
            "press stride 2",
            "pixel, row 2, column 2: 1: ArrowUp 1",
            "pixel, row 1, column 2: 2: ArrowLeft 1",
        ]
    },
    "generative/dimensionality-reduction": {"atlas": ["image: ArrowRight 5", "press UMAP 5"]},
    "generative/vae": {
        "code-walk": [
            "press plain",
            "code: ArrowRight 15",
            "code: ArrowDown 25",
            "press VAE, β = 1",
            "code: ArrowUp 5",
            "press VAE, β = 40",
            "code: ArrowUp 5",
        ]
    },
}
QUICK = ("maths/vectors", "cnn/detection", "optimization/momentum", "classifiers/perceptron")
MOVE = re.compile(
    r"press (?P<press>.+)|(?P<name>.+?)(?: = (?P<value>.+)|: (?P<key>\S+) (?P<n>\d+))"
)
DONE = "goal => goal.matches('.nn-done')"
BELOW = """(figure) => [...document.querySelectorAll("nn-goal")].findLast(goal =>
  goal.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING)"""
# At once, so that a goal sees only the place where the move ends.
PRESS = """(handle, [key, n]) => {
  handle.focus();
  const options = {key, bubbles: true, cancelable: true};
  for (let k = 0; k < n; k++) handle.dispatchEvent(new KeyboardEvent("keydown", options));
}"""
# A goal looks at a figure twice, at intervals of 250 ms. These timers end after its timers.
LOOKED = """async () => {
  nn.flush();
  for (let k = 0; k < 3; k++) await new Promise(done => setTimeout(done, 250));
}"""


def move(figure: Figure, text: str) -> None:
    """Make a move in a figure, and wait until a goal has seen it."""
    result = MOVE.fullmatch(text)
    if result["press"]:
        named = figure.get_by_role("button", name=result["press"], exact=True)
        named.or_(figure.get_by_role("radio", name=result["press"], exact=True)).or_(
            figure.get_by_role("checkbox", name=result["press"], exact=True)
        ).first.evaluate("e => { e.focus(); e.click(); }")
    elif result["key"]:
        handle = figure.locator(f'[aria-label="{result["name"]}"][tabindex]').first
        handle.evaluate(PRESS, [result["key"], int(result["n"])])
    else:
        field = figure.get_by_label(result["name"], exact=True).filter(visible=True).first
        if field.get_attribute("type") == "range":
            field.evaluate(SET, result["value"])
        else:
            field.fill(result["value"])
    figure.page.evaluate(LOOKED)


def test_a_task_is_the_last_bold_paragraph_above_a_figure_in_its_section():
    def bold(words):
        return nodes.paragraph("", "", nodes.strong("", words))

    figure = '<figure class="nn-play" role="group" aria-label="A race."><nn-race>'
    moving = nodes.container("", nodes.raw("", figure, format="html"))
    inner = nodes.section("", moving.deepcopy())
    plain = nodes.paragraph("", "", nodes.Text("Not "), nodes.strong("", "this"))
    parts = [bold("a"), bold("b"), plain, moving, moving.deepcopy(), bold("c"), inner]
    page = nodes.document("", None, "", nodes.section("", *parts))
    assert [(task.astext(), name) for task, name in tasks(page)] == [("b", "race")]


@pytest.mark.parametrize(
    "page",
    [page if page in QUICK else pytest.param(page, marks=pytest.mark.slow) for page in MOVES],
)
def test_a_task_is_ticked_when_it_is_done_and_not_before(open_visit, address, page):
    visited = open_visit(address, f"chapters/{page}.html")
    for name, moves in MOVES[page].items():
        figure = Figure(visited.page.locator(f"nn-{name}").first)
        goal = figure.evaluate_handle(BELOW).as_element()
        figure.element.hover()
        visited.page.evaluate(LOOKED)
        for text in moves:
            assert not goal.evaluate(DONE), (name, f"ticked before {text}")
            move(figure, text)
        visited.page.wait_for_function(DONE, arg=goal)
        assert goal.inner_text() == "Done"
        assert goal.get_attribute("role") == "status"
    assert visited.errors == []
