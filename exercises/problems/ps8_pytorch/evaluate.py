"""evaluate: loss and accuracy of a model that the function must leave unchanged.

A module that always masks the same entries replaces Dropout, whose random masks would differ
between machines. In addition to the two numbers, the driver returns the running statistics and
the modes after the call, and whether a graph was recorded or later ones can't be.
"""

import numpy as np
import torch
from nngrader.engine import problem

from .common import NOT_MOVED, NOTHING_MOVED, TORCH, as_number, stored


def measured(evaluate, X, y, sizes, W, means, variances, training):
    import torch

    recorded = []

    class Masked(torch.nn.Module):
        """Dropout whose mask is always the same. It records whether its input has a graph."""

        def forward(self, z):
            recorded.append(z.requires_grad)
            return z * (torch.arange(z.shape[1]) % 2 * 2) if self.training else z

    class Loss(torch.nn.CrossEntropyLoss):
        """A loss with a helpful error for swapped arguments.

        PyTorch's own message says only "not implemented".
        """

        def forward(self, scores, y):
            if not scores.is_floating_point():
                raise TypeError("loss_fn should get the scores first, and then y")
            return super().forward(scores, y)

    threads, records = torch.get_num_threads(), torch.is_grad_enabled()
    torch.set_num_threads(1)
    torch.set_grad_enabled(True)
    try:
        linear = torch.nn.Linear(W.shape[1], W.shape[0], bias=False, dtype=torch.float64)
        linear.load_state_dict({"weight": torch.tensor(W)})
        norm = torch.nn.BatchNorm1d(len(W), eps=1e-12, dtype=torch.float64)
        norm.running_mean.copy_(torch.tensor(means))
        norm.running_var.copy_(torch.tensor(variances))
        model = torch.nn.Sequential(linear, torch.nn.Sequential(norm, Masked()))
        for module, mode in zip(model.modules(), training, strict=True):
            module.training = bool(mode)
        norm.bias.requires_grad_(False)  # a frozen parameter must stay frozen
        free = [p.requires_grad for p in model.parameters()]
        loader, used, _ = stored(X, y, sizes)
        returned = evaluate(model, loader, Loss(), torch.device("cpu"))
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            return returned
        loss, accuracy = map(as_number, returned)
        # a function that never calls the model gets no points for leaving it unchanged
        if not recorded:
            return loss, accuracy, *[np.zeros(0)] * 3
        statistics = torch.cat([norm.running_mean, norm.running_var]).detach().numpy()
        modes = np.array([float(module.training) for module in model.modules()])
        changed = free != [p.requires_grad for p in model.parameters()]
        graph = [*used, any(recorded), not torch.is_grad_enabled(), changed]
        return loss, accuracy, statistics, modes, np.array(graph, dtype=float)
    finally:
        torch.set_grad_enabled(records)
        torch.set_num_threads(threads)


look = problem(
    "evaluate",
    driver=measured,
    uses=TORCH,
    returns=dict.fromkeys(("loss", "accuracy"), "value")
    | dict.fromkeys(("statistics", "modes", "graph"), "state"),
    computed=("statistics", "modes", "graph"),
    wrong={
        "statistics": "Your function changes the running statistics. Which mode changes them, "
        "and which mode is the model in during each forward pass?",
        "graph": "Your function uses a batch before it moves it, records a graph, leaves "
        "recording switched off, or changes `requires_grad`. Which of the five entries of "
        "`graph` is 1?",
        "modes": "Your function leaves some modules in a different mode. Which modules does "
        "the model contain, down to the innermost ones, and does your code restore the mode of "
        "each?",
    },
    points={
        "shape": (1, "two numbers"),
        "value": (
            6.2,
            "`loss` and `accuracy`, half for each, for models in evaluation mode, in training "
            "mode, and in both",
        ),
        "state": (
            4.8,
            "a third each: unchanged running statistics; unchanged modes; no recorded graph, "
            "`x` and `y` moved before use, and `requires_grad` unchanged",
        ),
    },
)


@look.reference
def evaluate(model, loader, loss_fn, device):
    """Measure a classifier in evaluation mode, and leave it unchanged.

    model : torch.nn.Module, already on device, with each of its modules in either mode. It
        returns scores (N, C), and the class with the largest score is the prediction
    loader : sequence of pairs (x, y) of tensors. The batches may differ in size and may be on a
        different device: move x and y with .to(device) before you compute anything with them
    loss_fn : loss_fn(model(x), y) is the mean loss over the samples of a batch
    device : torch.device
    Don't record a graph. Afterwards, each module must be in the same mode as before the call.
    Returns (loss, accuracy): floats, the means over all samples.
    """
    modes = {module: module.training for module in model.modules()}
    model.eval()
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            scores = model(x)
            loss += loss_fn(scores, y).item() * len(x)
            right += (scores.argmax(dim=1) == y).sum().item()
            count += len(x)
    for module, mode in modes.items():
        module.training = mode
    return loss / count, right / count


SAMPLES = np.array([[1.0, 0.0], [0.0, 1.0], [3.0, 1.0]]) * np.log(3.0), np.array([0, 0, 1])
LAYERS = np.eye(2), np.zeros(2), np.ones(2)
look.example(*SAMPLES, np.array([2, 1]), *LAYERS, np.ones(5, dtype=int))


def drawn(rng, sizes, D, training):
    """Return samples for batches of these sizes, a layer, statistics, and the modes."""
    N, C = sum(sizes), 7
    X, W = rng.normal(size=(N, D)) + 0.4, rng.normal(size=(C, D)) / 2
    y = rng.integers(C, size=N)
    y[::2] = (X @ W.T).argmax(axis=1)[::2]  # about half of the predictions are correct
    means, variances = 0.3 * rng.normal(size=C), rng.uniform(0.5, 2.0, size=C)
    return X, y, np.array(sizes), W, means, variances, np.array(training)


def two_and_a_rest(B):
    """Return sizes whose sum is a prime, so no fraction of it is exact in four decimals."""
    primes = {5: 3, 7: 3, 11: 7, 13: 3, 17: 3}
    return [B, B, primes.get(B, 1)]  # other sizes are drawn only by tests


@look.case("value")
def in_evaluation_mode(rng, B, D):
    """A model in evaluation mode, and a smaller last batch."""
    return drawn(rng, two_and_a_rest(B), D, [0, 0, 0, 0, 0])


@look.case("value")
def in_training_mode(rng, B, D):
    """A model in training mode, with batch normalisation and a mask."""
    return drawn(rng, two_and_a_rest(B), D, [1, 1, 1, 1, 1])


@look.case("value")
def partly_frozen(rng, B, D):
    """A model in training mode, in which a part with batch normalisation is frozen."""
    return drawn(rng, two_and_a_rest(B), D, [1, 1, 0, 0, 1])


@look.case("value", parts="loss accuracy")
def one_part_in_training_mode(rng, B, D):
    """A model in evaluation mode, in which one part is in training mode."""
    return drawn(rng, two_and_a_rest(B), D, [0, 0, 0, 0, 1])


@look.alternative
@torch.inference_mode()
def decorated(model, loader, loss_fn, device):
    modules = list(model.modules())
    before = [m.training for m in modules]
    model.train(False)
    losses, hits = [], []
    for x, y in loader:
        scores, y = model(x.to(device)), y.to(device)
        losses += [loss_fn(scores, y)] * len(y)
        hits.append(torch.eq(scores.max(1).indices, y))
    for m, mode in zip(modules, before, strict=True):
        m.train(mode) if not list(m.children()) else setattr(m, "training", mode)
    return float(torch.stack(losses).mean()), float(torch.cat(hits).double().mean())


@look.alternative
def on_a_copy(model, loader, loss_fn, device):
    import copy

    model = copy.deepcopy(model).eval()
    with torch.no_grad():
        answers = [(model(x.to(device)), y.to(device)) for x, y in loader]
        total = sum(len(y) for _, y in answers)
        loss = sum(loss_fn(s, y) * len(y) for s, y in answers) / total
        return float(loss), sum(int((s.argmax(-1) == y).sum()) for s, y in answers) / total


look.known["value"] = {
    "Your `loss` is the mean of the batch means. How much weight does a sample in the smaller "
    "last batch get?": {
        "mean_of_batch_means": {
            ".item() * len(x)": ".item()",
            "loss / count": "loss / len(loader)",
        }
    },
    "Your `accuracy` is the mean of the batch accuracies. How much weight does a sample in a "
    "smaller batch get?": {
        "mean_of_batch_accuracies": {
            ".sum().item()": ".double().mean().item()",
            "right / count": "right / len(loader)",
        }
    },
    "Your `loss` and your `accuracy` are both means of the batch means. How much weight does a "
    "sample in a smaller batch get?": {
        "both_means_of_means": {
            ".item() * len(x)": ".item()",
            ".sum().item()": ".double().mean().item()",
            "loss / count, right / count": "loss / len(loader), right / len(loader)",
        }
    },
    "Your `loss` is the sum over all samples. What do you divide this sum by to get the "
    "mean?": {"loss_summed_over_samples": {"loss / count": "loss"}},
    "Your `loss` is the sum of the batch means, divided by the number of samples. What has "
    "`loss_fn` already divided by?": {"divided_twice": {".item() * len(x)": ".item()"}},
    "Your `loss` is the sum over all samples, divided by the number of batches. What should "
    "you average over?": {
        "loss_divided_by_the_batches": {"loss / count": "loss / len(loader)"}
    },
    "Your `accuracy` is the number of correct predictions divided by the number of "
    "batches. What should you average over?": {
        "accuracy_divided_by_the_batches": {"right / count": "right / len(loader)"}
    },
    "Your `accuracy` is the number of correct predictions. What values can an accuracy take?": {
        "number_of_right_answers": {"right / count": "right"}
    },
    "Your `accuracy` is 0. Do you compare the labels with the positions of the largest scores, "
    "and what does your division do with "
    "fractions?": {"integer_division": {"right / count": "right // count"}},
    "Your `accuracy` is the fraction of wrong predictions. Which comparison is true for a "
    "correct prediction?": {"wrong_predictions_counted": {"dim=1) == y": "dim=1) != y"}},
    "Your `loss` covers only the last batch. Which samples should you average over?": {
        "loss_of_the_last_batch": {
            "loss += loss_fn(scores, y).item() * len(x)": "loss = loss_fn(scores, y).item()",
            "loss / count": "loss",
        }
    },
    "You pass probabilities instead of scores to `loss_fn`. Which function does the loss "
    "itself apply to the scores "
    "first?": {"softmax_before_the_loss": {"model(x)": "model(x).softmax(1)"}},
    "You divide by the number of batches times the size of the last batch. How many samples do "
    "all batches have together?": {
        "samples_of_the_last_batch": {"return": "count = len(loader) * len(x)\n    return"}
    },
    "In your `loss`, you divide by the number of batches times the size of the last batch. How "
    "many samples do all batches have together?": {
        "loss_divided_by_the_last_size": {"loss / count": "loss / (len(loader) * len(x))"}
    },
    "In your `accuracy`, you divide by the number of batches times the size of the last batch. "
    "How many samples do all batches have together?": {
        "accuracy_divided_by_the_last_size": {"right / count": "right / (len(loader) * len(x))"}
    },
    "Your code treats every batch as if it were as large as the first one. How many samples "
    "should it count for each batch?": {
        "samples_of_the_first_batch": {
            "    return": "    count = len(loader) * len(loader[0][0])\n    return"
        }
    },
    "In your `loss`, every batch has the weight of the first one. How many samples does each "
    "batch have?": {"weight_of_the_first_batch": {"() * len(x)": "() * len(loader[0][0])"}},
    "Your `accuracy` is in percent. What values can an accuracy take?": {
        "in_per_cent": {"right / count": "100 * right / count"}
    },
}
look.known["state"] = {
    "Your forward pass builds an autograd graph that you never use, which costs memory. "
    "Which context manager switches this off, and do you use it with `with`?": {
        "graph_recorded": {"torch.no_grad()": "torch.enable_grad()"}
    },
    "After your function returns, PyTorch no longer records graphs anywhere in the program. "
    "How long does a call to `torch.set_grad_enabled(False)` remain in effect, and what "
    "changes if you use it in a `with` statement?": {
        "never_recorded_again": {"    return": "    torch.set_grad_enabled(False)\n    return"}
    },
    "Your function changes `requires_grad`, so parameters are frozen or trained that weren't "
    "before. Which context manager switches recording off only for a few lines?": {
        "parameters_left_frozen": {"    return": "    model.requires_grad_(False)\n    return"}
    },
    **NOT_MOVED,
    **NOTHING_MOVED,
}

look.known(where="in_training_mode")["value"] = {
    "Your function doesn't switch all modules to evaluation mode: a module like dropout is "
    "still in training mode. Which call switches a model and all its submodules to "
    "evaluation mode?": {
        "only_normalisation_in_evaluation_mode": {
            "model.eval()": "[m.eval() for m in model.modules() if hasattr(m, 'running_mean')]"
        }
    }
}
look.known(where="one_part_in_training_mode")["value"] = {
    "Your function calls `eval` only if the model itself is in training mode. Can a part be in "
    "training mode if the whole model "
    "isn't?": {"eval_if_in_training_mode": {"model.eval()": "model.training and model.eval()"}}
}
look.known["value state"] = {
    "Your model is in training mode again after the first batch. When should your function "
    "restore the "
    "modes?": {
        "training_mode_in_the_loop": {"count +=": "model.train()\n            count +="}
    },
}
look.known(where="in_training_mode partly_frozen")["value state"] = {
    "Your function evaluates the model, or a part of it, in training mode. Which method "
    "switches a model and all its parts to evaluation mode, and which statistics does batch "
    "normalisation use in training mode?": {
        "not_in_evaluation_mode": {"    model.eval()\n": ""}
    }
}
look.known(where="in_training_mode partly_frozen")["state"] = {
    "Your function leaves the model in evaluation mode. Which mode was it in before, and does "
    "your code store the modes before it changes "
    "them?": {"left_in_evaluation_mode": {"module.training = mode": "pass"}}
}
look.known(where="in_evaluation_mode")["state"] = {
    "Your function leaves the model in training mode, even if it was in evaluation mode "
    "before. Does your code store any mode before it changes the "
    "modes?": {"always_left_in_training_mode": {"module.training = mode": "model.train()"}}
}
look.known(where="partly_frozen")["state"] = {
    "Your function gives a frozen part the mode of the whole model. Which modules does "
    "`train(mode)` change, and does each module have its own mode "
    "afterwards?": {"one_mode_for_all": {"module.training = mode": "model.train(modes[model])"}}
}
