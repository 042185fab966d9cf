"""train_one_epoch: an epoch with accumulated gradients, clipping, modes and a device.

A module that always masks the same entries replaces Dropout, whose random masks would differ
between machines. PyTorch's clip_grad_norm_ divides by the norm plus 0.000001, whereas a
student's formula divides by the norm. Therefore we need a larger tolerance.
"""

import numpy as np
import torch
from nngrader.engine import problem

from .common import NOT_MOVED, NOTHING_MOVED, TORCH, as_number, stored

MUCH = 1e6  # a norm that no gradient here reaches


def trained(train_one_epoch, X, y, sizes, W, b, lr, accumulate, max_norm, normalised, training):
    import torch

    class Masked(torch.nn.Module):
        """Dropout whose mask is always the same."""

        def forward(self, z):
            return z * (torch.arange(z.shape[1]) % 2 + 0.5) if self.training else z

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        linear = torch.nn.Linear(W.shape[1], W.shape[0], dtype=torch.float64)
        linear.load_state_dict({"weight": torch.tensor(W), "bias": torch.tensor(b)})
        more = [torch.nn.BatchNorm1d(len(W), dtype=torch.float64), Masked()] * bool(normalised)
        model = torch.nn.Sequential(linear, *more).train(bool(training))
        optimizer = torch.optim.SGD(model.parameters(), lr=float(lr))
        if not training:  # what an earlier call of backward may leave behind
            for p in model.parameters():
                p.grad = torch.ones_like(p)
        loader, used, arrived = stored(X, y, sizes)
        given = model, loader, torch.nn.MSELoss(), optimizer, torch.device("cpu")
        loss = train_one_epoch(*given, int(accumulate), float(max_norm))
        parameters = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
        moved = [len(arrived[k]) == len(sizes) and not used[k] for k in (0, 1)]
        return as_number(loss), parameters.numpy(), np.array(moved, dtype=float)
    finally:
        torch.set_num_threads(threads)


epoch = problem(
    "train_one_epoch",
    driver=trained,
    uses=TORCH,
    rtol=1e-5,
    returns={"loss": "value", "parameters": "value", "moved": "device"},
    computed=("parameters", "moved"),
    points={
        "shape": (1, "one number for the loss"),
        "value": (
            8,
            "with one step per batch, a quarter each: `loss` and parameters for a model in "
            "training mode, and for one in evaluation mode with old gradients",
        ),
        "steps": (
            8,
            "a fifth each: parameters after steps of several batches; parameters and `loss` if "
            "the last step has fewer; parameters after clipping, in full steps and in a "
            "smaller last step",
        ),
        "device": (1, "`x` and `y` moved before you compute anything with them"),
    },
    self_reported=("device",),
)


@epoch.reference
def train_one_epoch(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    """Train a model in training mode for one epoch, with a step after every few batches.

    model : torch.nn.Module, already on device, in either mode
    loader : sequence of pairs (x, y) of tensors. The batches may differ in size and may be on a
        different device: move x and y with .to(device) before you compute anything with them
    loss_fn : loss_fn(model(x), y) is the mean loss over the samples of a batch
    optimizer : torch.optim.Optimizer for the model's parameters, which may have old gradients
        from before this call: clear them first
    device : torch.device
    accumulate : int, the number of batches in a step; the last step has the remaining batches
    max_norm : float, the largest norm that the gradient of a step may have, where the norm is
        taken over all parameters together
    The gradient of a step is the gradient of the mean loss over all samples in its batches.
    Returns loss : float, the mean over all samples of the losses that you computed for the
        batches of this epoch.
    """
    model.train()
    optimizer.zero_grad()
    total, count, waiting = 0.0, 0, 0
    for k, (x, y) in enumerate(loader, 1):
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y) * len(x)
        loss.backward()
        total, count, waiting = total + loss.item(), count + len(x), waiting + len(x)
        if k % accumulate == 0 or k == len(loader):
            for p in model.parameters():
                p.grad /= waiting
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
            waiting = 0
    return total / count


INPUTS, TARGETS = np.array([[-1.0, 2, 2, 1]]).T, np.array([[-3.0, -1, -2, -1.75]]).T
LAYER = np.array([[1.0]]), np.array([0.0])
epoch.example(INPUTS, TARGETS, np.array([2, 1, 1]), *LAYER, 0.25, 2, 5.0, False, True)


def drawn(rng, sizes, D, C, size=1.0):
    """Return inputs and targets for this many samples, the sizes, and a layer."""
    N = sum(sizes)
    X, y = rng.normal(size=(N, D)) + 0.5, size * rng.normal(size=(N, C)) + 4
    b = rng.uniform(1.5, 2.5, size=C)  # so that no hint says that all parameters are below 1
    return X, y, np.array(sizes), rng.normal(size=(C, D)) / 2, b


@epoch.case("value")
def a_step_a_batch(rng, B, D):
    """One step per batch, and a smaller last batch."""
    return *drawn(rng, [B, B, B, 2], D, 3), 0.2, 1, MUCH, False, True


@epoch.case("steps", parts="parameters")
def full_groups(rng, B, D):
    """Two batches per step, and batches of equal size."""
    return *drawn(rng, [B, B, B, B], D, 3), 0.2, 2, MUCH, False, True


@epoch.case("steps", parts="loss parameters")
def a_shorter_last_group(rng, B, D):
    """Three batches per step, fewer in the last step, and a smaller last batch."""
    return *drawn(rng, [B, B, B, B, 2], D, 3), 0.2, 3, MUCH, False, True


@epoch.case("steps", parts="parameters")
def large_gradients(rng, B, D):
    """Two batches per step, a first gradient far above max_norm, and a smaller second one."""
    X, y, sizes, W, b = drawn(rng, [B, B, B, B], D, 3, 20.0)
    y[2 * B :] = X[2 * B :] @ W.T + b + 0.3 * rng.normal(size=(2 * B, 3))
    return X, y, sizes, W, b, 0.2, 2, 0.9, False, True


@epoch.case("steps", parts="parameters")
def a_large_last_step(rng, B, D):
    """Two batches per step, with large gradients in the first and in the smaller last step."""
    X, y, sizes, W, b = drawn(rng, [B, B, B, B, 2], D, 3, 20.0)
    y[2 * B : 4 * B] = X[2 * B : 4 * B] @ W.T + b + 0.3 * rng.normal(size=(2 * B, 3))
    return X, y, sizes, W, b, 0.2, 2, 0.9, False, True


@epoch.case("value")
def after_an_evaluation(rng, B, D):
    """A model with batch normalisation and a mask, in evaluation mode, with old gradients."""
    return *drawn(rng, [B, B, B, 3], D, 5), 0.2, 1, MUCH, True, False


@epoch.alternative
def whole_groups_first(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train()
    losses, batches = [], list(loader)
    for start in range(0, len(batches), accumulate):
        group = batches[start : start + accumulate]
        samples = sum(len(x) for x, _ in group)
        optimizer.zero_grad(set_to_none=False)
        for x, y in group:
            x, y = x.to(device=device), y.to(device=device)
            loss = loss_fn(model(x), y)
            losses += [loss.item()] * len(x)
            (loss * (len(x) / samples)).backward()
        norm = sum((p.grad**2).sum() for p in model.parameters()) ** 0.5
        if norm > max_norm:
            for p in model.parameters():
                p.grad *= max_norm / norm
        optimizer.step()
    return sum(losses) / len(losses)


@epoch.alternative
def by_autograd(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train(True)
    parameters = list(model.parameters())
    total, count, held, n = torch.zeros((), dtype=torch.float64), 0, None, 0

    def step():
        for p, g in zip(parameters, held, strict=True):
            p.grad = g / n
        torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        optimizer.step()

    for k, (x, y) in enumerate(loader):
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        loss = x.size(0) * loss_fn(model(x), y)
        new = torch.autograd.grad(loss, parameters)
        held = new if held is None else [a + g for a, g in zip(held, new, strict=True)]
        n, count, total = n + x.size(0), count + x.size(0), total + loss.detach()
        if k % accumulate == accumulate - 1:
            step()
            held, n = None, 0
    if held is not None:
        step()
    return (total / count).item()


CLIP = "torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)"
MEANS = (
    "Your `loss` is the mean of the means of the batches or steps. How much weight does a "
    "sample in a smaller batch or step get?"
)
KEPT = (
    "Your step still includes gradients from earlier steps. What does `backward` do with a "
    "gradient that is already there, and how often does your code clear it?"
)
NOT_CLEARED = {"        optimizer.zero_grad(set_to_none=False)\n": ""}
epoch.known(of=whole_groups_first)["value"] = {
    KEPT: {"zero_grad_forgotten": NOT_CLEARED},
    "Your code divides the gradient of each step by the number of samples of the whole epoch. "
    "Which samples belong to the "
    "step?": {"divided_by_the_whole_epoch": {"for x, _ in group": "for x, _ in batches"}},
    "Your code rescales every gradient to norm `max_norm`, even when the gradient is small. "
    "What should happen if the norm is already "
    "smaller?": {"always_of_this_norm": {"if norm > max_norm": "if norm > 0"}},
    "Your code takes an additional step at the end of the epoch. Which batches does the "
    "gradient of this step come from, and have these batches already had a "
    "step?": {"one_step_more": {"    return sum": "    optimizer.step()\n    return sum"}},
}
epoch.known["value"] = {
    KEPT: {"zero_grad_forgotten_and_divided": {"            optimizer.zero_grad()\n": ""}},
    "Your step is larger if a batch has more samples. Does the problem statement require "
    "the gradient of a sum or the gradient of a mean?": {
        "gradient_of_the_sum": {"p.grad /= waiting": "pass"}
    },
    MEANS: {"mean_of_batch_means": {".item()": ".item() / len(x)", "/ count": "/ len(loader)"}},
    "Your `loss` covers only the last batch. Which samples should it cover, according to "
    "the problem statement?": {
        "loss_of_the_last_batch": {"total + loss": "loss", "/ count": "/ len(x)"}
    },
    "Your `loss` is the sum of the batch means. What does `loss_fn` already divide by, and "
    "which mean should you return?": {
        "loss_summed_over_batches": {".item()": ".item() / len(x)", "total / count": "total"}
    },
    "Your `loss` is the sum of the batch means, divided by the number of samples. What has "
    "`loss_fn` already divided "
    "by?": {"divided_twice": {"total + loss.item()": "total + loss.item() / len(x)"}},
    "Your `loss` is the sum over all samples. What do you divide this sum by to get the "
    "mean?": {"loss_summed_over_samples": {"total / count": "total"}},
    "Your `loss` is the sum over all samples, divided by the number of batches. What should "
    "you average over?": {"divided_by_the_batches": {"total / count": "total / len(loader)"}},
    "In your `loss`, you divide by the number of batches times the size of the last batch. How "
    "many samples do all batches have together?": {
        "divided_by_the_last_size": {"total / count": "total / (len(loader) * len(x))"}
    },
    "Your code treats every batch as if it were as large as the first one. How many samples "
    "does the step have if the last batch is smaller?": {
        "all_as_large_as_the_first": {"/= waiting": "/= accumulate * len(loader[0][0])"}
    },
    "At each step, your code divides the gradient by the number of all samples so far. "
    "Which samples belong to this step, and when should the count start again?": {
        "divided_by_all_so_far": {"            waiting = 0\n": ""}
    },
}
epoch.known(of=whole_groups_first, where="after_an_evaluation")["value"] = {
    KEPT: {
        "cleared_only_at_the_start": NOT_CLEARED
        | {"list(loader)": "list(loader)\n    optimizer.zero_grad()"}
    },
    "Your first step still includes gradients from before the call. Which call clears them, "
    "and when?": {
        "cleared_only_after_the_step": NOT_CLEARED
        | {"optimizer.step()": "optimizer.step(); optimizer.zero_grad()"}
    },
}
epoch.known(of=whole_groups_first)["steps"] = {
    "Your step is larger if it has more batches. Which factor does the mean loss of each batch "
    "have in the formula for "
    "g?": {"not_divided": {"(loss * (len(x) / samples)).backward()": "loss.backward()"}},
    "Your step includes only its last batch, scaled down as if the other batches were there. "
    "Do you clear the gradients for each batch, or for each step?": {
        "zeroed_for_each_batch": {
            "            (loss": "            optimizer.zero_grad()\n            (loss"
        }
    },
    "Your step contains only the gradient of its last batch. Do you call `backward` for each "
    "batch, or only once for each step?": {
        "backward_once_for_each_step": {
            "            (loss": "            optimizer.zero_grad()\n            (loss",
            "(loss * (len(x) / samples)).backward()": "loss.backward()",
        }
    },
}
STEP_MEAN = "        optimizer.step()\n        losses[-{0}:] = [sum(losses[-{0}:]) / {0}]\n"
epoch.known(of=whole_groups_first, where="a_shorter_last_group")["value steps"] = {
    MEANS: {
        "mean_of_step_means": {"        optimizer.step()\n": STEP_MEAN.format("samples")},
        "mean_of_means_of_batch_means": {
            "* len(x)\n": "\n",
            "        optimizer.step()\n": STEP_MEAN.format("len(group)"),
        },
    }
}
epoch.known(of=whole_groups_first, where="a_shorter_last_group")["steps"] = {
    "Your code divides by the same number in every step, but a step may have a smaller batch "
    "or fewer batches. How many samples does such a step "
    "have?": {"divided_by_accumulate": {"len(x) / samples": "1 / accumulate"}},
    "In your `loss`, each batch of a step counts as if it were as large as the last one. How "
    "many samples does each batch have?": {
        "loss_weighted_by_the_last_batch": {
            "        optimizer.step()\n": (
                "        optimizer.step()\n        mean = sum(losses[-samples:]) / samples\n"
                "        losses[-samples:] = [mean * len(group) * len(x) / samples] * samples\n"
            )
        }
    },
    "Your step gives each batch the same weight, even a smaller one. Does a sample in a small "
    "batch then have the same weight as a sample in a large "
    "batch?": {"divided_by_the_batches_of_the_group": {"len(x) / samples": "1 / len(group)"}},
}
epoch.known(where="a_shorter_last_group")["steps"] = {
    "Your code treats every batch of a step as if it were as large as the last one. How many "
    "samples does the step have if the batches differ in "
    "size?": {"all_as_large_as_the_last": {"/= waiting": "/= accumulate * len(x)"}},
    "Your epoch ends without a step for the leftover batches when the number of batches "
    "isn't a multiple of `accumulate`. If your code checks whether it has reached the last "
    "batch, what values does its counter take?": {
        "last_group_dropped": {" or k == len(loader)": ""}
    },
    "Your `loss` is divided by `accumulate`. Which mean should your function return?": {
        "loss_divided_by_accumulate": {"total / count": "total / accumulate / count"}
    },
}
epoch.known["steps"] = {
    "Your first step uses only one batch, so all later steps come at the wrong time. Which "
    "number do you start counting from, and after how many batches is a step "
    "due?": {"counted_from_zero": {"if k %": "if (k - 1) %"}},
    "Your code takes a step after each batch. Where does it check whether it has processed "
    "`accumulate` batches?": {"a_step_after_each_batch": "accumulate = 1"},
}
epoch.known(of=whole_groups_first, where="large_gradients")["steps"] = {
    "Your code clips the gradient before all batches of the step have contributed. Which "
    "gradient's norm does `max_norm` "
    "limit?": {"clipped_after_each_batch": {".backward()": f".backward(); {CLIP}"}},
    "Your code compares the square of the norm with `max_norm`. How do you get the norm of a "
    "vector from the squares of its entries?": {"square_of_the_norm": {"** 0.5": "** 1"}},
}
epoch.known(where="large_gradients")["steps"] = {
    "Your code clips the gradient before all batches of the step have contributed. Which "
    "gradient's norm does `max_norm` "
    "limit?": {"sums_clipped_after_each_batch": {".backward()": f".backward(); {CLIP}"}},
    "Your code clips the sum over the batches and then divides it. Which operation must "
    "come first if the gradient that the step uses may have a norm of up to `max_norm`?": {
        "clipped_before_the_division": {"), max_norm": "), max_norm / accumulate"}
    },
    "Your code clips the sum over all samples and then divides it. Which operation must "
    "come first if the gradient that the step uses may have a norm of up to `max_norm`?": {
        "clipped_sum_then_divided": {"    for p in": f"    {CLIP}\n            for p in"}
    },
    "Your step is as large as it would be without clipping. Does your code clip the gradient "
    "at all, and does it do so before "
    "`optimizer.step()`?": {"clipped_after_the_step": {CLIP: "pass"}},
    "Your code clips the sum of the absolute values. Which norm does the problem statement "
    "use?": {"clipped_by_the_sum": {CLIP: CLIP[:-1] + ", norm_type=1)"}},
    "Your code clips the gradient of each parameter separately. How does this change the "
    "direction of the step, and which vector's norm does `max_norm` limit?": {
        "clipped_one_by_one": {
            CLIP: "for p in model.parameters(): torch.nn.utils.clip_grad_norm_([p], max_norm)"
        }
    },
    "Your code clips each entry of the gradient separately. What does `clip_grad_value_` "
    "limit, and what does `clip_grad_norm_` "
    "limit?": {"clipped_by_value": {"clip_grad_norm_": "clip_grad_value_"}},
    "Your code adds up the norms of the gradients of all parameters. How do you get the "
    "norm of a vector from the norms of its parts?": {
        "sum_of_the_norms": {
            CLIP: "norm = sum(p.grad.norm() for p in model.parameters())\n"
            "            for p in model.parameters(): p.grad *= min(1, max_norm / norm)"
        }
    },
}
epoch.known(where="after_an_evaluation")["value"] = {
    "Your function trains the model's layers in evaluation mode if they arrive in that mode. "
    "Which call switches the mode of a model and of all its "
    "parts?": {"not_in_training_mode": {"    model.train()\n": ""}},
    "Your first step still includes gradients from before the call. Which call clears them, "
    "and when?": {"old_gradients_kept": {"    optimizer.zero_grad()\n    total": "    total"}},
}
epoch.known["device"] = NOT_MOVED
epoch.known(once=False)["device"] = NOTHING_MOVED

epoch.known(once=False)["value steps"] = {
    "Your function doesn't change the parameters. Does your code reach `optimizer.step()`, and "
    "are the gradients still there when it "
    "does?": {"never_a_step": {"            optimizer.step()\n": ""}}
}
epoch.known(where="a_large_last_step")["steps"] = {
    "Your last, smaller step isn't clipped. Which steps does `max_norm` limit?": {
        "last_step_not_clipped": {CLIP: f"if k % accumulate == 0: {CLIP}"}
    }
}
