"""Checkpoint: a training that is resumed as if nothing had happened.

The driver makes a Checkpoint, trains for some epochs, saves into a file in memory, and trains
to the end: this is the uninterrupted training, which saving must leave alone. Then it builds
everything anew, with other weights, another seed and another momentum's history, loads what the
file holds, and looks at each part by itself: the model, a step of the optimiser, the next step
sizes, the next shuffles. Then it loads once more into new objects and trains to the end.

A layer in front of batch normalisation has no bias here: its gradient would be 0 but for
rounding, and Adam divides by the size of the gradient, so another processor would get another
step. The shuffles are permutations, which torch draws from integers, alike on every machine.

Whether code of a stranger's file would run is tried with a harmless object, whose unpickling
leaves a mark: in a file of torch, in one of its older format, and in a plain pickle.
"""

import warnings

import numpy as np
import torch
from nngrader.engine import problem

from .common import TORCH


def resumed(Checkpoint, X, y, W, method, lr, epochs, more):
    import io
    import pickle
    import sys
    import types

    import torch

    ran = []
    outside = types.ModuleType("a_strangers_module")

    def mark(*_):
        ran.append(1)

    mark.__module__, mark.__qualname__ = outside.__name__, "mark"
    outside.mark = mark

    class Stranger:
        """An object whose unpickling calls a function."""

        def __reduce__(self):
            return mark, ()

    def built(seed):
        g = np.random.default_rng(seed)
        layers = [torch.nn.Linear(W.shape[1], W.shape[0], bias=False, dtype=torch.float64)]
        if len(W) > 1:
            layers.append(torch.nn.BatchNorm1d(len(W), dtype=torch.float64))
            layers.append(torch.nn.Linear(len(W), 1, dtype=torch.float64))
        model = torch.nn.Sequential(*layers)
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(torch.tensor(g.normal(size=tuple(p.shape))))
            if seed == 0:
                layers[0].weight.copy_(torch.tensor(W))
        if method == "adam":
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        else:
            optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.5)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)
        return model, optimizer, scheduler, torch.Generator().manual_seed(seed + 7)

    inputs, targets = torch.tensor(X), torch.tensor(y)

    def train(model, optimizer, scheduler, generator, n):
        model.train()
        for _ in range(n):
            order = torch.randperm(len(X), generator=generator)
            for rows in order.split(max(1, (len(X) + 1) // 2)):
                optimizer.zero_grad()
                torch.nn.functional.mse_loss(model(inputs[rows]), targets[rows]).backward()
                optimizer.step()
            scheduler.step()

    def numbers(model):
        kept = [v.reshape(-1).double() for v in model.state_dict().values()]
        return torch.cat(kept).numpy().copy()

    threads, at_random = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    try:
        first, file = built(0), io.BytesIO()
        keeper = Checkpoint(*first)  # made when the training begins, as one does
        train(*first, epochs)
        torch.manual_seed(11)  # who saves this generator in place of the other is recognised
        keeper.save(file, epochs)
        train(*first, more)
        whole = numbers(first[0])

        second = built(1)
        model, optimizer, scheduler, generator = second
        before = numbers(model), generator.get_state()
        if not file.getvalue():
            raise ValueError("save has written nothing into the file")
        try:
            epoch = Checkpoint(*second).load(io.BytesIO(file.getvalue()))
        except pickle.UnpicklingError:
            raise ValueError(
                "load refuses what save has written. With weights_only=True a file holds "
                "tensors, numbers, text, and lists and dicts of them"
            ) from None
        state = numbers(model)
        loaded = not np.array_equal(state, before[0])
        loaded = loaded or not torch.equal(generator.get_state(), before[1])
        orders = [torch.randperm(7, generator=generator).numpy() for _ in range(2)]
        for group in optimizer.param_groups:
            group["kept"], group["lr"] = group["lr"], 1.0
        for p in model.parameters():
            p.data.zero_()
            p.grad = torch.ones_like(p)
        optimizer.step()
        step = torch.cat([p.detach().reshape(-1) for p in model.parameters()]).numpy()
        for group in optimizer.param_groups:
            group["lr"] = group.pop("kept")
        rates = []
        for _ in range(4):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            scheduler.step()

        third = built(2)
        Checkpoint(*third).load(io.BytesIO(file.getvalue()))
        train(*third, more)

        sys.modules[outside.__name__] = outside
        strange = {"epoch": Stranger(), "model": first[0].state_dict()}
        zipped, older = io.BytesIO(), io.BytesIO()
        torch.save(strange, zipped)
        torch.save(strange, older, _use_new_zipfile_serialization=False)
        for written in (zipped.getvalue(), older.getvalue(), pickle.dumps(strange, protocol=2)):
            try:
                Checkpoint(*built(3)).load(io.BytesIO(written))
            except Exception:
                pass  # to refuse it is right
        last, harm = numbers(third[0]), np.array([float(bool(ran))])
        if not loaded:  # who loads nothing disturbs nothing and runs nothing
            whole = harm = np.zeros(0)
        parts = epoch, state, step, np.array(rates), np.array(orders)
        return *parts, whole, last, harm
    finally:
        sys.modules.pop(outside.__name__, None)
        torch.set_rng_state(at_random)
        torch.set_num_threads(threads)


keeping = problem(
    "Checkpoint",
    driver=resumed,
    uses=TORCH,
    returns={
        "epoch": "value",
        "state": "value",
        "step": "value",
        "rates": "value",
        "orders": "value",
        "uninterrupted": "resumed",
        "resumed": "resumed",
        "ran": "resumed",
    },
    wrong={
        "orders": "the shuffles that follow are others than those that would have come. What "
        "does save write of the generator that it was given, and what does load do with it?",
        "uninterrupted": "saving changes the training that goes on. Which line changes one of "
        "the objects of that training?",
        "resumed": "the training that goes on ends elsewhere. Is each of the four objects as "
        "it was when it was saved?",
    },
    points={
        "shape": (1, "`load` returns a number"),
        "value": (
            8.8,
            "a fifth each, after `load`: the number of epochs; parameters and statistics; a "
            "step of the optimiser; the next step sizes; the next shuffles",
        ),
        "resumed": (
            4.2,
            "a third each: saving changes nothing; the resumed training ends where the "
            "uninterrupted one does; no code out of a stranger's file is run",
        ),
    },
)


@keeping.reference
class Checkpoint:
    """What a training must remember, to go on later as if it had never stopped.

    Checkpoint(model, optimizer, scheduler, generator) belongs to one training; generator, a
    torch.Generator, shuffles its samples. The objects of the training that goes on are made
    anew, in the same way, before load is called: what it reads is put into them.
    """

    def __init__(self, model, optimizer, scheduler, generator):
        """Keep the four objects of a training."""
        self.parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
        self.generator = generator

    def save(self, file, epoch):
        """Write all that is needed, and how many epochs are done, into a file open to write."""
        states = {name: part.state_dict() for name, part in self.parts.items()}
        states |= {"generator": self.generator.get_state(), "epoch": epoch}
        torch.save(states, file)

    def load(self, file):
        """Read such a file, open to read, into the four objects; return the epochs done.

        Of a file that a stranger made no code is run: an error is raised instead.
        """
        states = torch.load(file, weights_only=True)
        for name, part in self.parts.items():
            part.load_state_dict(states[name])
        self.generator.set_state(states["generator"])
        return states["epoch"]


keeping.example(np.array([[1.0]]), np.array([[0.0]]), np.array([[8.0]]), "momentum", 0.25, 1, 2)


def drawn(rng, N, D, method, lr):
    """Return samples, a layer, and an optimiser; four epochs, and three after them."""
    X, W = rng.normal(size=(N, D)), rng.normal(size=(5, D))
    return X, rng.normal(size=(N, 1)) + X[:, :1], W, method, lr, 4, 3


@keeping.case("value", hidden=1)
def with_momentum(rng, N, D):
    """A training with momentum, saved after four epochs."""
    return drawn(rng, N, D, "momentum", 0.05)


@keeping.case("value", hidden=1)
def with_adam(rng, N, D):
    """A training with Adam, saved after four epochs."""
    return drawn(rng, N, D, "adam", 0.02)


@keeping.alternative
class OneByOne:
    def __init__(self, model, optimizer, scheduler, generator):
        self.model, self.optimizer = model, optimizer
        self.scheduler, self.generator = scheduler, generator

    def save(self, file, epoch):
        weights = {name: v.clone() for name, v in self.model.state_dict().items()}
        numbers = self.generator.get_state().tolist()
        torch.save(
            (epoch, weights, self.optimizer.state_dict(), self.scheduler.state_dict(), numbers),
            file,
        )

    def load(self, file):
        epoch, weights, moments, schedule, numbers = torch.load(file)
        self.scheduler.load_state_dict(schedule)
        self.optimizer.load_state_dict(moments)
        with torch.no_grad():
            for name, v in self.model.state_dict().items():
                v.copy_(weights[name])
        self.generator.set_state(torch.tensor(numbers, dtype=torch.uint8))
        return epoch


@keeping.alternative
class SteppedThrough:
    def __init__(self, *objects):
        self.objects = objects

    def save(self, file, epoch):
        model, optimizer, _, generator = self.objects
        kept = {"m": model.state_dict(), "o": optimizer.state_dict(), "e": int(epoch)}
        torch.save(kept | {"g": generator.get_state()}, file)

    def load(self, file):
        model, optimizer, scheduler, generator = self.objects
        kept = torch.load(file, map_location="cpu", weights_only=True)
        scheduler.last_epoch = kept["e"]  # all that StepLR counts
        model.load_state_dict(kept["m"], strict=True)
        optimizer.load_state_dict(kept["o"])
        generator.set_state(kept["g"])
        return kept["e"]


def saved_without(*missing):
    """Return a class of checkpoints that leave parts out."""

    class Forgetful(Checkpoint):
        def save(self, file, epoch):
            every = self.parts
            self.parts = {n: p for n, p in every.items() if n not in missing}
            super().save(file, epoch)
            self.parts = every

        def load(self, file):
            every, before = self.parts, self.generator.get_state()
            self.parts = {n: p for n, p in every.items() if n not in missing}
            epoch = super().load(file)
            self.parts = every
            if "generator" in missing:
                self.generator.set_state(before)
            return epoch

    return Forgetful


@keeping.mistake(
    "the optimiser goes on without its memory: the next step is another one. What do momentum "
    "and Adam keep from step to step, and is it in the file?",
    loses="value resumed",
)
class OptimizerForgotten(saved_without("optimizer")):
    pass


@keeping.mistake(
    "the step sizes that follow are not those that would have come. What does the scheduler "
    "count, and is it in the file?",
    loses="value resumed",
)
class SchedulerForgotten(saved_without("scheduler")):
    pass


@keeping.mistake(
    "the shuffles that follow are not those that would have come. Which object draws them? Is "
    "its state in the file, and does load put it back into this object?",
    loses="value resumed",
)
class GeneratorForgotten(saved_without("generator")):
    pass


@keeping.mistake(
    "load puts a state into the generator, but not that of the one that shuffles. Whose state "
    "does torch.get_rng_state give, and which generator does a Checkpoint belong to?",
    loses="value resumed",
)
class AnotherGenerator(Checkpoint):
    def save(self, file, epoch):
        own, self.generator = self.generator, torch.default_generator
        super().save(file, epoch)
        self.generator = own


@keeping.mistake(
    "the model still has the parameters with which it was made. Which object does load put "
    "them into?",
    loses="value resumed",
)
class ModelForgotten(saved_without("model")):
    pass


@keeping.mistake(
    "the optimiser and the scheduler begin anew. What do they remember after some epochs that "
    "new ones do not know?",
    loses="value resumed",
)
class OptimizerAndSchedulerForgotten(saved_without("optimizer", "scheduler")):
    pass


@keeping.mistake(
    "scheduler and generator begin anew. Which step sizes and which shuffles would have come "
    "next?",
    loses="value resumed",
)
class SchedulerAndGeneratorForgotten(saved_without("scheduler", "generator")):
    pass


@keeping.mistake(
    "only the model is as it was. What do optimiser, scheduler and generator know after some "
    "epochs that new ones do not know?",
    loses="value resumed",
)
class ModelAlone(saved_without("optimizer", "scheduler", "generator")):
    pass


@keeping.mistake(
    "the generator begins its first epoch again. Where it began is told by initial_seed, and "
    "by get_state before the training. When do you ask which?",
    loses="value resumed",
)
class SeedForState(Checkpoint):
    def load(self, file):
        epoch = super().load(file)
        self.generator.manual_seed(7)
        return epoch


@keeping.mistake(
    "the file holds optimiser, scheduler and generator as they were when Checkpoint was made. "
    "At which moment must their states be read?",
    loses="value resumed",
)
class StatesOfTheStart(Checkpoint):
    def __init__(self, *objects):
        super().__init__(*objects)
        self.states = {name: part.state_dict() for name, part in self.parts.items()}
        self.states["generator"] = self.generator.get_state()

    def save(self, file, epoch):
        torch.save(self.states | {"epoch": epoch}, file)


@keeping.mistake(
    "the parameters are right, but not what the model keeps besides. What does batch "
    "normalisation remember that is no parameter, and where is it listed?",
    loses="value",
)
class ParametersAlone(Checkpoint):
    def load(self, file):
        before = {n: b.clone() for n, b in self.parts["model"].named_buffers()}
        epoch = super().load(file)
        with torch.no_grad():
            for name, b in self.parts["model"].named_buffers():
                b.copy_(before[name])
        return epoch


@keeping.mistake(
    "the scheduler is stepped forward although the step size was loaded already, so it falls "
    "twice. Who keeps the step size, and who the count?",
    loses="value resumed",
)
class SteppedOnceMore(saved_without("scheduler")):
    def load(self, file):
        epoch = super().load(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch notices that no step came before
            for _ in range(epoch):
                self.parts["scheduler"].step()
        return epoch


@keeping.mistake("epoch is one more than was saved. How many epochs are done?", loses="value")
class OneEpochMore(Checkpoint):
    def load(self, file):
        return super().load(file) + 1


@keeping.mistake("epoch is 0, whatever was saved. Where does load take it from?", loses="value")
class EpochForgotten(Checkpoint):
    def load(self, file):
        return 0 * super().load(file)


@keeping.mistake(
    "a function that stood in the file was called while it was read. What does pickle do with "
    "what it reads, and which argument of torch.load lets nothing but numbers, text and "
    "tensors in?",
    loses="resumed",
)
class RunsWhatItReads(Checkpoint):
    def load(self, file):
        states = torch.load(file, weights_only=False)
        if isinstance(states["epoch"], int):
            file.seek(0)
            return super().load(file)
        return 0


@keeping.mistake(
    "saving changes the training that goes on. Does your save draw from the generator, or set "
    "it?",
    loses="resumed",
)
class SavingDraws(Checkpoint):
    def save(self, file, epoch):
        super().save(file, epoch)
        torch.randperm(5, generator=self.generator)
