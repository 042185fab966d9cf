"""train_one_epoch: an epoch with accumulated gradients, clipping, modes and a device.

The driver builds the model, a loss, an optimiser and a list of batches, calls the student's
function and returns the loss that it gave and the parameters that it left. In place of Dropout
stands a module that masks always the same entries, and in training mode alone: random masks
would be others on other machines.

PyTorch's clip_grad_norm_ divides by the norm plus 0.000001, where a formula of one's own
divides by the norm: hence the tolerance.
"""

import itertools

import numpy as np
import torch
from nngrader.engine import problem

from .common import TORCH, as_number, stored

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
        layers = [linear]
        if normalised:
            layers += [torch.nn.BatchNorm1d(len(W), dtype=torch.float64), Masked()]
        model = torch.nn.Sequential(*layers)
        model.train(bool(training))
        optimizer = torch.optim.SGD(model.parameters(), lr=float(lr))
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
    points={
        "shape": (1, "the loss is one number"),
        "value": (
            8,
            "a step after each batch: `loss` and parameters, half each; half of both for a "
            "model that comes in evaluation mode",
        ),
        "steps": (
            8,
            "a quarter each: parameters after steps of several batches; where the last step "
            "has fewer; `loss` there; parameters after clipping",
        ),
        "device": (1, "`x` and `y` are moved before anything is computed with them"),
    },
    self_reported=("device",),
)


@epoch.reference
def train_one_epoch(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    """Train a model in training mode for one epoch, with a step after every few batches.

    model : torch.nn.Module, already on device, in either mode
    loader : sequence of pairs (x, y) of tensors, batches that need not be equally large and
        lie elsewhere: each is moved by .to(device) before anything is computed with it
    loss_fn : loss_fn(model(x), y) is the mean loss of the samples of a batch
    optimizer : torch.optim.Optimizer of the model's parameters
    device : torch.device
    accumulate : int, how many batches make up one step; the last step has those that are left
    max_norm : float, the largest norm that the gradient of a step may have, all parameters
        taken together
    The gradient of a step is that of the mean loss of all samples in its batches.
    Returns loss : float, the mean over all samples of the losses that the batches had.
    """
    model.train()
    optimizer.zero_grad()
    total, seen, waiting = 0.0, 0, 0
    for k, (x, y) in enumerate(loader, 1):
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y) * len(x)
        loss.backward()
        total, seen, waiting = total + loss.item(), seen + len(x), waiting + len(x)
        if k % accumulate == 0 or k == len(loader):
            for p in model.parameters():
                p.grad /= waiting
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
            waiting = 0
    return total / seen


epoch.example(
    np.array([[-1.0], [2.0], [2.0], [1.0]]),
    np.array([[-3.0], [-1.0], [-2.0], [-1.75]]),
    np.array([2, 1, 1]),
    np.array([[1.0]]),
    np.array([0.0]),
    0.25,
    2,
    5.0,
    False,
    True,
)


def drawn(rng, sizes, D, C, size=1.0):
    """Return inputs and targets of so many samples, the sizes, and a layer."""
    N = sum(sizes)
    X, y = rng.normal(size=(N, D)) + 0.5, size * rng.normal(size=(N, C)) + 4
    b = rng.uniform(1.5, 2.5, size=C)  # so that no one is told that all parameters are below 1
    return X, y, np.array(sizes), rng.normal(size=(C, D)) / 2, b


@epoch.case("value")
def a_step_a_batch(rng, B, D):
    """A step after each batch, the last batch being smaller."""
    return *drawn(rng, [B, B, B, 2], D, 3), 0.2, 1, MUCH, False, True


@epoch.case("steps", parts="parameters")
def full_groups(rng, B, D):
    """Two batches a step, all batches of one size."""
    return *drawn(rng, [B, B, B, B], D, 3), 0.2, 2, MUCH, False, True


@epoch.case("steps", parts="loss parameters")
def a_shorter_last_group(rng, B, D):
    """Three batches a step, of which the last step has fewer, and the last batch is smaller."""
    return *drawn(rng, [B, B, B, B, 2], D, 3), 0.2, 3, MUCH, False, True


@epoch.case("steps", parts="parameters")
def large_gradients(rng, B, D):
    """Two batches a step; the first gradient is far larger than max_norm, the second is not."""
    X, y, sizes, W, b = drawn(rng, [B, B, B, B], D, 3, 20.0)
    y[2 * B :] = X[2 * B :] @ W.T + b + 0.3 * rng.normal(size=(2 * B, 3))
    return X, y, sizes, W, b, 0.2, 2, 0.9, False, True


@epoch.case("value")
def after_an_evaluation(rng, B, D):
    """A model with batch normalisation and a mask that comes in evaluation mode."""
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


def epoch_with(
    start=lambda model: model.train(),
    move=lambda x, y, device: (x.to(device), y.to(device)),
    scale=None,
    after=None,
    due=None,
    clip=torch.nn.utils.clip_grad_norm_,
    zero=lambda optimizer, model: optimizer.zero_grad(),
    batch=None,
    before_clip=True,
    loss_of=lambda losses, sizes: float(np.dot(losses, sizes) / sum(sizes)),
):
    """Return a solution that differs in what is given.

    ``scale(n, group, accumulate)`` is what a batch's loss is multiplied by, ``group`` being the
    sizes of its group's batches; ``due(k, all, accumulate)`` says whether a step comes now;
    ``batch(model, optimizer, max_norm)`` is done after each batch; ``after`` after the step.
    """

    def solution(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
        start(model)
        optimizer.zero_grad()
        losses, sizes = [], []
        every = [len(x) for x, _ in loader]
        for k, (x, y) in enumerate(loader, 1):
            first = (k - 1) // accumulate * accumulate
            group = every[first : first + accumulate]
            x, y = move(x, y, device)
            loss = loss_fn(model(x), y)
            losses.append(loss.item())
            sizes.append(len(x))
            factor = scale(len(x), group, accumulate) if scale else len(x) / sum(group)
            (loss * factor).backward()
            if batch:
                batch(model, optimizer, max_norm)
            last = k == len(loader)
            if due(k, last, accumulate) if due else k % accumulate == 0 or last:
                clip(model.parameters(), max_norm)
                optimizer.step()
                if after:
                    after(model, max_norm)
                zero(optimizer, model)
        return loss_of(losses, sizes)

    return solution


def summed(
    model,
    loader,
    loss_fn,
    optimizer,
    device,
    accumulate,
    max_norm,
    *,
    first=0,
    before=None,
    **slip,
):
    """Train on sums over samples, which are divided and clipped once a step, with some slips.

    The first step has ``first`` batches, by default as many as the others;
    ``before(parameters, max_norm)`` is done before the division, the rest is of `epoch_with`.
    """
    sizes = [len(x) for x, _ in loader]
    starts = [0, *range(first or accumulate, len(sizes), accumulate), len(sizes)]
    totals = iter([sum(sizes[a:b]) for a, b in itertools.pairwise(starts)])

    def clip(parameters, max_norm):
        parameters, total = list(parameters), next(totals)
        if before:
            before(parameters, max_norm)
        for p in parameters:
            p.grad /= total
        torch.nn.utils.clip_grad_norm_(parameters, max_norm)

    changed = epoch_with(scale=lambda n, group, k: n, clip=clip, **slip)
    return changed(model, loader, loss_fn, optimizer, device, accumulate, max_norm)


@epoch.mistake(
    "the gradients of the earlier steps are still in it. What does backward do with a gradient "
    "that is there already, and who sets it back?",
    loses="value",
)
def zero_grad_forgotten(*given):
    return epoch_with(zero=lambda optimizer, model: None)(*given)


@epoch.mistake(
    "the gradients of the earlier steps are still in it. What does backward do with a gradient "
    "that is there already, and who sets it back?",
    loses="value",
)
def zero_grad_forgotten_and_divided(*given):
    return summed(*given, zero=lambda optimizer, model: None)


@epoch.mistake(
    "the parameters are as they were. Which call changes them, and is it reached?",
    loses="value steps",
    once=False,
)
def never_a_step(model, loader, loss_fn, optimizer, *given):
    class Idle:
        def step(self):
            pass

        def zero_grad(self):
            optimizer.zero_grad()

    return epoch_with()(model, loader, loss_fn, Idle(), *given)


@epoch.mistake(
    "a step is larger the more samples its batches have. Is the gradient of a sum asked for, "
    "or that of a mean?",
    loses="value",
)
def gradient_of_the_sum(*given):
    return epoch_with(scale=lambda n, group, k: n)(*given)


@epoch.mistake(
    "a step is larger the more batches it has. Of which samples is its gradient that of the "
    "mean loss, and by what must a batch's part be divided?",
    loses="steps",
)
def not_divided(*given):
    return epoch_with(scale=lambda n, group, k: 1.0)(*given)


@epoch.mistake(
    "in a step with a smaller batch, or with fewer batches, samples do not all count the same. "
    "By what did you divide, and how many samples are there in such a step?",
    loses="steps",
    where="a_shorter_last_group",
)
def divided_by_accumulate(*given):
    return epoch_with(scale=lambda n, group, k: 1 / k)(*given)


@epoch.mistake(
    "in a step with a smaller batch each batch counts the same. How much does one sample of "
    "the small batch count then, and how much one of a large batch?",
    loses="steps",
    where="a_shorter_last_group",
)
def divided_by_the_batches_of_the_group(*given):
    return epoch_with(scale=lambda n, group, k: 1 / len(group))(*given)


@epoch.mistake(
    "the batches that are left at the end make no step. What becomes of their gradients when "
    "the number of batches is no multiple of accumulate?",
    loses="steps",
    where="a_shorter_last_group",
)
def last_group_dropped(*given):
    return epoch_with(due=lambda k, last, accumulate: k % accumulate == 0)(*given)


@epoch.mistake(
    "the first step is that of one batch, and the next ones are shifted. From which number do "
    "you count the batches, and after how many is a step due?",
    loses="steps",
)
def counted_from_zero(*given):
    return summed(*given, first=1, due=lambda k, last, n: (k - 1) % n == 0 or last)


@epoch.mistake(
    "there is a step after each batch. Where does your code ask whether accumulate batches "
    "have been seen?",
    loses="steps",
)
def a_step_after_each_batch(*given):
    return epoch_with(due=lambda k, last, n: True, scale=lambda n, group, k: 1.0)(*given)


@epoch.mistake(
    "there is a step after each batch, a smaller one each time. How many steps has an epoch of "
    "four batches, two a step?",
    loses="steps",
)
def a_small_step_after_each_batch(*given):
    return epoch_with(due=lambda k, last, n: True)(*given)


@epoch.mistake(
    "of the batches of a step only the last one has an effect. When are the gradients set to "
    "0: after each batch, or after each step?",
    loses="steps",
)
def zeroed_for_each_batch(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    def forward(x):
        optimizer.zero_grad()
        return model(x)

    forward.train, forward.parameters = model.train, model.parameters
    return epoch_with()(forward, loader, loss_fn, optimizer, device, accumulate, max_norm)


@epoch.mistake(
    "a step is that of its last batch alone, as if there were no others. When are the "
    "gradients set to 0: after each batch, or after each step?",
    loses="steps",
)
def last_batch_alone(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    def forward(x):
        optimizer.zero_grad()
        return model(x)

    forward.train, forward.parameters = model.train, model.parameters
    changed = epoch_with(scale=lambda n, group, k: 1.0)
    return changed(forward, loader, loss_fn, optimizer, device, accumulate, max_norm)


def clipped_now(model, optimizer, max_norm):
    """Clip what has come together so far."""
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)


@epoch.mistake(
    "the gradient is clipped while batches of its step are still to come. Of which gradient "
    "does the text bound the norm?",
    loses="steps",
    where="large_gradients",
)
def clipped_after_each_batch(*given):
    return epoch_with(batch=clipped_now)(*given)


@epoch.mistake(
    "the gradient is clipped while batches of its step are still to come. Of which gradient "
    "does the text bound the norm?",
    loses="steps",
    where="large_gradients",
)
def sums_clipped_after_each_batch(*given):
    return summed(*given, batch=clipped_now)


@epoch.mistake(
    "the sum over the batches is clipped, and divided afterwards. Which of the two comes "
    "first, if the gradient of the step may have the norm max_norm?",
    loses="steps",
    where="large_gradients",
)
def clipped_before_the_division(*given):
    def clip(parameters, max_norm):  # of the mean over the batches of a step
        torch.nn.utils.clip_grad_norm_(parameters, max_norm / given[5])

    return epoch_with(clip=clip)(*given)


@epoch.mistake(
    "the gradient of the sum over all samples is clipped, and divided afterwards. Which of the "
    "two comes first, if the gradient of the step may have the norm max_norm?",
    loses="steps",
    where="large_gradients",
)
def clipped_sum_then_divided(*given):
    return summed(*given, before=torch.nn.utils.clip_grad_norm_)


@epoch.mistake(
    "the norm is bounded by 1, whatever max_norm is. Which number does clip_grad_norm_ get?",
    loses="value steps",
)
def clipped_to_one(*given):
    def clip(parameters, max_norm):
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)

    return epoch_with(clip=clip)(*given)


@epoch.mistake(
    "the square of the norm is compared with max_norm. Which root is missing?",
    loses="steps",
    where="large_gradients",
)
def square_of_the_norm(*given):
    def clip(parameters, max_norm):
        parameters = list(parameters)
        square = sum((p.grad**2).sum() for p in parameters)
        for p in parameters:
            p.grad *= min(1.0, max_norm / square)

    return epoch_with(clip=clip)(*given)


@epoch.mistake(
    "the sum of the absolute values is bounded by max_norm. Which norm is meant where none is "
    "named?",
    loses="steps",
    where="large_gradients",
)
def another_norm(*given):
    def clip(parameters, max_norm):
        torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type=1.0)

    return epoch_with(clip=clip)(*given)


@epoch.mistake(
    "the step is as large as without clipping. Does your code clip at all, and does it before "
    "or after the optimiser's step?",
    loses="steps",
    where="large_gradients",
)
def clipped_after_the_step(*given):
    return epoch_with(clip=lambda parameters, max_norm: None)(*given)


@epoch.mistake(
    "each parameter is clipped by itself. What happens to the direction of the step, and of "
    "which vector does the text bound the norm?",
    loses="steps",
    where="large_gradients",
)
def clipped_one_by_one(*given):
    def clip(parameters, max_norm):
        for p in parameters:
            torch.nn.utils.clip_grad_norm_([p], max_norm)

    return epoch_with(clip=clip)(*given)


@epoch.mistake(
    "each entry of the gradient is clipped by itself. What is bounded by clip_grad_value_, and "
    "what by clip_grad_norm_?",
    loses="steps",
    where="large_gradients",
)
def clipped_by_value(*given):
    return epoch_with(clip=torch.nn.utils.clip_grad_value_)(*given)


@epoch.mistake(
    "every gradient is brought to the norm max_norm, a small one too. What is to become of one "
    "whose norm is smaller already?",
    loses="value",
)
def always_of_this_norm(*given):
    def clip(parameters, max_norm):
        parameters = list(parameters)
        norm = sum((p.grad**2).sum() for p in parameters) ** 0.5
        for p in parameters:
            p.grad *= max_norm / norm

    return epoch_with(clip=clip)(*given)


@epoch.mistake(
    "the model came in evaluation mode and was trained in it. Which statistics does batch "
    "normalisation use then, and who says that it is training now?",
    loses="value",
    where="after_an_evaluation",
)
def not_in_training_mode(*given):
    return epoch_with(start=lambda model: None)(*given)


@epoch.mistake(
    "loss is the mean of the batches' means. How much does a sample of the last, smaller batch "
    "count in it?",
    loses="value",
)
def mean_of_batch_means(*given):
    return epoch_with(loss_of=lambda losses, sizes: float(np.mean(losses)))(*given)


@epoch.mistake(
    "loss is that of the last batch alone. Which samples does the text name?", loses="value"
)
def loss_of_the_last_batch(*given):
    return epoch_with(loss_of=lambda losses, sizes: losses[-1])(*given)


@epoch.mistake(
    "loss is the sum of the batches' means. By what does loss_fn divide already, and what is "
    "asked for?",
    loses="value",
)
def loss_summed_over_batches(*given):
    return epoch_with(loss_of=lambda losses, sizes: float(np.sum(losses)))(*given)


@epoch.mistake(
    "loss is the sum over all samples. By how many is it divided in a mean?", loses="value"
)
def loss_summed_over_samples(*given):
    return epoch_with(loss_of=lambda losses, sizes: float(np.dot(losses, sizes)))(*given)


@epoch.mistake(
    "loss is the sum over all samples, divided by the number of batches. Over what does the "
    "mean run?",
    loses="value",
)
def divided_by_the_batches(*given):
    return epoch_with(loss_of=lambda losses, sizes: float(np.dot(losses, sizes) / len(sizes)))(
        *given
    )


@epoch.mistake(
    "the batches' means are added and divided by the number of samples. By what did loss_fn "
    "divide already?",
    loses="value",
)
def divided_twice(*given):
    return epoch_with(loss_of=lambda losses, sizes: float(np.sum(losses) / sum(sizes)))(*given)


@epoch.mistake(
    "something is computed with x before it lies on device. Which line moves it there?",
    loses="device",
)
def inputs_not_moved(*given):
    return epoch_with(move=lambda x, y, device: (x, y.to(device)))(*given)


@epoch.mistake(
    "something is computed with y before it lies on device. Which line moves it there?",
    loses="device",
)
def targets_not_moved(*given):
    return epoch_with(move=lambda x, y, device: (x.to(device), y))(*given)


@epoch.mistake(
    "something is computed with x and with y before they lie on device. Does .to change a "
    "tensor, or does it return another one?",
    loses="device",
    once=False,
)
def nothing_moved(*given):
    return epoch_with(move=lambda x, y, device: (x, y))(*given)
