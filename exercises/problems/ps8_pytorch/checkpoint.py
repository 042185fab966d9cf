"""Checkpoint: a training run that resumes as if it had never stopped.

The driver saves a run after some epochs and trains it to the end; `save` must not change it.
Then it loads the file into new objects, with different weights and a different seed, and looks
at the model, a step of the optimiser, the next learning rates and the next shuffles separately.
Finally, it loads the file into a third set of objects and trains them to the end.

A layer before batch normalisation has no bias here: its gradient would be 0 except for
rounding, and Adam divides by the size of the gradient. The shuffles are the same on every
machine. To find out whether code from a stranger's file would run, we use an object that leaves
a mark when it is unpickled, in each of torch's two formats and in a plain pickle.
"""

import pickle
import warnings

import numpy as np
import torch
from nngrader.engine import problem

from .common import TORCH, as_number


def resumed(Checkpoint, X, y, W, method, lr, epochs, more):
    import io
    import pickle
    import sys

    import torch

    class Stranger:
        """An object that leaves a mark when it is unpickled."""

        def __reduce__(self):
            return exec, ("import sys; sys.ran_a_strangers_code = True",)

    class Masked(torch.nn.Module):
        """A part that is in evaluation mode; only in training mode does it mask entries."""

        def forward(self, z):
            return z * (torch.arange(z.shape[1]) % 2) if self.training else z

    def built(seed):
        g = np.random.default_rng(seed)
        layers = [torch.nn.Linear(W.shape[1], W.shape[0], bias=False, dtype=torch.float64)]
        if len(W) > 1:
            layers += [torch.nn.BatchNorm1d(len(W), dtype=torch.float64), Masked().eval()]
            layers += [torch.nn.Linear(len(W), 1, dtype=torch.float64)]
        model = torch.nn.Sequential(*layers)
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(torch.tensor(g.normal(size=tuple(p.shape))))
            if seed == 0:
                layers[0].weight.copy_(torch.tensor(W))
        optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.5)
        if method == "adam":
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)
        return model, optimizer, scheduler, torch.Generator().manual_seed(seed + 7)

    inputs, targets = torch.tensor(X), torch.tensor(y)

    def train(model, optimizer, scheduler, generator, n):
        for _ in range(n):
            order = torch.randperm(len(X), generator=generator)
            order = order.roll(int(torch.randint(len(X), ())))  # from the global generator
            for rows in order.split(max(1, (len(X) + 1) // 2)):
                optimizer.zero_grad()
                torch.nn.functional.mse_loss(model(inputs[rows]), targets[rows]).backward()
                optimizer.step()
                scheduler.step()  # so that its count isn't the number of epochs

    def numbers(tensors):
        return torch.cat([t.detach().reshape(-1).double() for t in tensors]).numpy().copy()

    def state_of(model):
        return numbers(model.state_dict().values())

    threads, at_random = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    try:
        torch.manual_seed(10)
        first, file = built(0), io.BytesIO()
        keeper = Checkpoint(*first)  # before the training, as usual
        train(*first, epochs)
        torch.manual_seed(11)  # to notice a `save` that stores this generator
        at_save = torch.get_rng_state()
        try:
            keeper.save(file, epochs)
        except (AttributeError, pickle.PicklingError) as error:
            if "pickle" not in str(error):
                raise
            raise ValueError(
                "your `save` writes a whole object into the file. Which of its methods returns "
                "only its tensors and numbers?"
            ) from None
        train(*first, more)
        whole = state_of(first[0])

        second = built(1)
        model, optimizer, scheduler, generator = second
        before, shared = (state_of(model), generator.get_state()), torch.get_rng_state()
        if not file.getvalue():
            raise ValueError(
                "your `save` doesn't write anything into `file`. Which argument of "
                "`torch.save` says where to write?"
            )
        try:
            epoch = Checkpoint(*second).load(io.BytesIO(file.getvalue()))
        except pickle.UnpicklingError:
            raise ValueError(
                "your `load` refuses the file from your `save`. Which kinds of objects may a "
                "file contain if `weights_only` is True?"
            ) from None
        state = state_of(model)
        loaded = not np.array_equal(state, before[0])
        loaded |= not torch.equal(generator.get_state(), before[1])
        if torch.equal(generator.get_state(), before[1]):
            if not torch.equal(torch.get_rng_state(), shared):
                generator = None  # so that the numbers show which generator `load` restored
        orders = [torch.randperm(7, generator=generator).numpy() for _ in range(2)]
        group = optimizer.param_groups[0]
        rate, group["lr"] = group["lr"], 1.0
        for p in model.parameters():
            p.data.zero_()
            p.grad = torch.ones_like(p)
        optimizer.step()
        step = numbers(model.parameters())
        group["lr"], rates = rate, []
        for _ in range(4):
            rates.append(float(group["lr"]))
            scheduler.step()

        third = built(2)
        Checkpoint(*third).load(io.BytesIO(file.getvalue()))
        torch.set_rng_state(at_save)
        train(*third, more)

        strange, accepted = {"epoch": Stranger(), "model": first[0].state_dict()}, False
        zipped, older = io.BytesIO(), io.BytesIO()
        torch.save(strange, zipped)
        torch.save(strange, older, _use_new_zipfile_serialization=False)
        for written in (zipped.getvalue(), older.getvalue(), pickle.dumps(strange, protocol=2)):
            try:
                Checkpoint(*built(3)).load(io.BytesIO(written))
                accepted = True
            except Exception:
                pass  # refusing the file is correct
        harm = 1.0 if hasattr(sys, "ran_a_strangers_code") else 2.0 if accepted else 0.0
        last, harm = state_of(third[0]), np.array([harm])
        if not loaded:  # an empty `load` gets no points for being harmless
            whole = harm = np.zeros(0)
        parts = as_number(epoch), state, step, np.array(rates), np.array(orders)
        return *parts, whole, last, harm
    finally:
        vars(sys).pop("ran_a_strangers_code", None)
        torch.set_rng_state(at_random)
        torch.set_num_threads(threads)


keeping = problem(
    "Checkpoint",
    driver=resumed,
    uses=TORCH,
    returns=dict.fromkeys(("epoch", "state", "step", "rates", "orders"), "value")
    | dict.fromkeys(("uninterrupted", "resumed", "ran"), "resumed"),
    computed=("state", "step", "rates", "orders", "uninterrupted", "resumed", "ran"),
    wrong={
        "step": "Your optimiser's next step is different. What do momentum and Adam remember "
        "from step to step, and does `load` restore it to the optimiser that `__init__` "
        "received?",
        "orders": "After `load`, your shuffles differ from the shuffles of an uninterrupted "
        "run. What information about the generator does `save` write, and what does "
        "`load` do with it?",
        "uninterrupted": "Your `save` changes the run that it saves. Which line changes one of "
        "the four objects, a mode, or the global generator?",
        "resumed": "Your resumed run ends with different numbers. Which state or mode isn't "
        "the same as in the run that you saved?",
    },
    points={
        "shape": (1, "a number as the result of `load`"),
        "value": (
            8.8,
            "a fifth each, after `load`: the number of epochs; the parameters and statistics; "
            "a step of the optimiser; the next learning rates; the next shuffles",
        ),
        "resumed": (
            4.2,
            "a third each: `save` doesn't change the run; the resumed run ends with the same "
            "numbers; no code from a stranger's file runs",
        ),
    },
)


@keeping.reference
class Checkpoint:
    """Save a training run, so that it can continue later as if it had never stopped.

    Checkpoint(model, optimizer, scheduler, generator) belongs to one run. The generator is a
    torch.Generator and shuffles the samples. To continue a run, we first create new objects in
    the same way as before; load then restores these objects to the saved states.
    """

    def __init__(self, model, optimizer, scheduler, generator):
        """Store the four objects of a training run."""
        self.parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
        self.generator = generator

    def save(self, file, epoch):
        """Write the complete state and epoch (the number of finished epochs) to a file.

        Don't change the four objects, the modes of the model's parts, or PyTorch's global
        generator.
        """
        states = {name: part.state_dict() for name, part in self.parts.items()}
        states |= {"generator": self.generator.get_state(), "epoch": epoch}
        torch.save(states, file)

    def load(self, file):
        """Restore the four objects from such a file, open for reading, and return epoch.

        If the file comes from a stranger, don't run any code from it: raise an error instead.
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
    """A run with momentum, saved after four epochs."""
    return drawn(rng, N, D, "momentum", 0.05)


@keeping.case("value", hidden=1)
def with_adam(rng, N, D):
    """A run with Adam, saved after four epochs."""
    return drawn(rng, N, D, "adam", 0.02)


@keeping.alternative
class SteppedThrough:
    def __init__(self, *objects):
        self.objects = objects

    def save(self, file, epoch):
        model, optimizer, scheduler, generator = self.objects
        kept = {"m": model.state_dict(), "o": optimizer.state_dict(), "e": int(epoch)}
        kept |= {"g": generator.get_state(), "t": scheduler.last_epoch}
        torch.save(kept, file)

    def load(self, file):
        model, optimizer, scheduler, generator = self.objects
        kept = torch.load(file, map_location="cpu", weights_only=True)
        scheduler.last_epoch = kept["t"]  # the only thing that StepLR counts
        model.load_state_dict(kept["m"], strict=True)
        optimizer.load_state_dict(kept["o"])
        generator.set_state(kept["g"])
        return kept["e"]


@keeping.alternative
class OneByOne:
    def __init__(self, model, optimizer, scheduler, generator):
        self.model, self.optimizer = model, optimizer
        self.scheduler, self.generator = scheduler, generator

    def save(self, file, epoch):
        weights = {name: v.clone() for name, v in self.model.state_dict().items()}
        states = self.optimizer.state_dict(), self.scheduler.state_dict()
        torch.save((epoch, weights, *states, self.generator.get_state().tolist()), file)

    def load(self, file):
        epoch, weights, moments, schedule, numbers = torch.load(file)
        self.scheduler.load_state_dict(schedule)
        self.optimizer.load_state_dict(moments)
        with torch.no_grad():
            for name, v in self.model.state_dict().items():
                v.copy_(weights[name])
        self.generator.set_state(torch.tensor(numbers, dtype=torch.uint8))
        return epoch


NO_OPTIMIZER = {', "optimizer": optimizer': ""}
NO_SCHEDULER = {', "scheduler": scheduler': ""}
NO_GENERATOR = {'        self.generator.set_state(states["generator"])\n': ""}
keeping.known["value resumed"] = {
    "Your optimiser resumes without its state, so its next step is wrong. What do momentum "
    "and Adam remember from step to step, and do your `save` and `load` both handle it?": {
        "OptimizerForgotten": NO_OPTIMIZER
    },
    "After `load`, your learning rates differ from the learning rates of an uninterrupted run. "
    "What does the scheduler count, and do your `save` and `load` both handle this "
    "count?": {"SchedulerForgotten": NO_SCHEDULER},
    "Your `load` doesn't change the generator that `__init__` received, so the shuffles "
    "differ. Does your `save` store its state, and does your `load` set the state of this same "
    "object or of a new one?": {"GeneratorForgotten": NO_GENERATOR},
    "Your `load` sets the scheduler's count to `epoch`. What does it count if it steps after "
    "every batch, and which of its methods returns its complete state?": {
        "CountOfEpochs": NO_SCHEDULER
        | {
            "self.generator = generator": "self.generator, self.t = generator, scheduler",
            "self.generator.set": 'self.t.last_epoch = states["epoch"]; self.generator.set',
        }
    },
    "Your `load` restores PyTorch's global generator instead of the run's own. Which of the "
    "four objects draws the shuffles, and which of its methods read and set its state?": {
        "GlobalGenerator": {
            "self.generator.get_state()": "torch.get_rng_state()",
            "self.generator.set_state(": "torch.set_rng_state(",
        }
    },
    "Your `load` restores the state of the wrong generator. Which generator does "
    "`torch.get_rng_state` read, and which one shuffles the samples?": {
        "AnotherGenerator": {"self.generator.get_state()": "torch.get_rng_state()"}
    },
    "Your model still has its initial parameters after `load`. Does your file contain the "
    "state of the model, and does `load` restore it in the model that it was given, not in a "
    "copy?": {"ModelForgotten": {'"model": model, ': ""}},
    "After `load`, your optimiser and your scheduler are in their initial states. Does your "
    "file contain the states that they had when `save` was "
    "called?": {"OptimizerAndSchedulerForgotten": NO_OPTIMIZER | NO_SCHEDULER},
    "Your `load` restores only the model. What changes in the optimiser, the scheduler and the "
    "generator during training?": {"ModelAlone": NO_OPTIMIZER | NO_SCHEDULER | NO_GENERATOR},
    "Your generator repeats the shuffles from the start of the run. Does your code restore "
    "the seed of the generator, its first state, or its state when `save` was called?": {
        "SeedForState": {'set_state(states["generator"])': "manual_seed(7)"}
    },
    "Your file contains the optimiser, the scheduler and the generator in their initial "
    "states. When does your code read these states, and when should it read them?": {
        "StatesOfTheStart": {
            "self.generator = generator": "self.generator = generator\n"
            "        states = {n: p.state_dict() for n, p in self.parts.items()}\n"
            "        self.states = states, generator.get_state()",
            "{name: part.state_dict() for name, part in self.parts.items()}": "self.states[0]",
            "self.generator.get_state()": "self.states[1]",
        }
    },
    "Your optimiser resumes without its state, so its next step is wrong. Which part of "
    "its `state_dict` contains what it remembers from earlier steps?": {
        "MemoryForgotten": {
            "self.generator.set": 'self.parts["optimizer"].state.clear(); self.generator.set'
        }
    },
    "Your `load` seeds the generator with the number of epochs. Does a seed give the state "
    "that the generator had at the time of `save`?": {
        "SeededWithTheEpoch": {'set_state(states["generator"])': 'manual_seed(states["epoch"])'}
    },
}
keeping.known["value"] = {
    "Your `load` returns one more than the saved `epoch`. Does `epoch` count the finished "
    "epochs, or is it the number of the next "
    "one?": {"OneEpochMore": {'states["epoch"]': 'states["epoch"] + 1'}},
    "Your `load` returns 0 for every file. Where should `load` get this number from?": {
        "EpochForgotten": {'states["epoch"]': "0"}
    },
    "Your parameters are correct, but the rest of the model isn't. Which tensors does batch "
    "normalisation update without an optimiser, and which method of the model lists them?": {
        "ParametersAlone": {
            "weights_only=True)": (
                'weights_only=True); states["model"] |= '
                'dict(self.parts["model"].named_buffers())'
            )
        }
    },
}
keeping.known["resumed"] = {
    "Your `load` called a function from an untrusted file. What can pickle run when it reads a "
    "file, and does every call of `torch.load` in your code restrict the contents to "
    "numbers, text and tensors?": {
        "RunsWhatItReads": {"weights_only=True": "weights_only=False"}
    },
    "Your `save` changes the run that it saves. Which line of `save` draws from the generator "
    "or sets its state?": {
        "SavingDraws": {
            "states, file)": "states, file); torch.randperm(5, generator=self.generator)"
        }
    },
    "Your `save` leaves the model in evaluation mode. Does the `state_dict` depend on the "
    "mode, or can `save` leave all modes unchanged?": {
        "SavingEvaluates": {"states, file)": 'states, file); self.parts["model"].eval()'}
    },
    "Your `save` puts a frozen part of the model into training mode. Which parts does "
    "`model.train()` change?": {
        "SavingTrains": {"states, file)": 'states, file); self.parts["model"].train()'}
    },
    "Your `save` seeds PyTorch's global generator. What else in the run draws from it after "
    "`save`?": {"SavingSeeds": {"states, file)": "states, file); torch.manual_seed(0)"}},
}


@keeping.mistake(
    "Your `load` returns normally for a stranger's file. What should it do instead, and does "
    "your code catch the exception?",
    loses="resumed",
)
class Silent(Checkpoint):
    def load(self, file):
        try:
            return super().load(file)
        except pickle.UnpicklingError:
            return 0


@keeping.mistake(
    "Your learning rate falls twice, because you load it and then also step the scheduler. "
    "Which object stores the learning rate, and which one stores the schedule's count t?",
    loses="value resumed",
)
class SteppedOnceMore(Checkpoint):
    def load(self, file):
        scheduler = self.parts.pop("scheduler")
        epoch = super().load(file)
        with warnings.catch_warnings(action="ignore"):  # the optimiser hasn't stepped yet
            for _ in range(epoch):
                scheduler.step()
        return epoch
