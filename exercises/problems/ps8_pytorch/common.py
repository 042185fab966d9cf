"""What several problems of ps8 share, such as batches that record when they are moved.

On a machine with only a CPU, we can't see which device a tensor is on. Therefore the batches
are tensors of a subclass, which records whether anything was computed with them before
`.to(device)` moved them (this returns an ordinary tensor), and whether all of them were moved.
It doesn't record the device they were moved to, and the text mentions this.
"""

import numpy as np
from nngrader.engine import Tensor, travels

DIGITS = 1e-8  # tolerance that float64 meets, but not float32 or difference quotients
TORCH = ("torch",)
MOVES = "x, y = x.to(device), y.to(device)"
NOT_MOVED = {
    "Your code uses `x` in a computation before `x` is on `device`. Which line moves `x` "
    "there, and does `.to` change a tensor or return a new one?": {
        "inputs_not_moved": {MOVES: "y = y.to(device)"}
    },
    "Your code uses `y` in a computation before `y` is on `device`. Which line moves `y` "
    "there, and does `.to` change a tensor or return a new one?": {
        "targets_not_moved": {MOVES: "x = x.to(device)"}
    },
}
NOTHING_MOVED = {
    "Your code uses `x` and `y` in computations before they are on `device`. Does `.to` change "
    "a tensor, or does it return a new one?": {"nothing_moved": {MOVES: "pass"}}
}


@travels
def as_number(value):
    """Return the number of a tensor in float64, and any other value unchanged.

    A tensor isn't a Python number: it loses the points for form, but its number counts.
    """
    import torch

    if not isinstance(value, torch.Tensor):
        return value
    return Tensor(value.detach().double().numpy())


@travels
def stored(X, y, sizes):
    """Return batches of these sizes, and two lists: one for early use, and one for moves.

    Each list has an entry for the inputs and one for the targets. The first list says whether
    any of them was used before it was moved; the second contains the indices of the batches
    that were moved.
    """
    import torch

    used, arrived = [False, False], [set(), set()]
    looks = {
        "size",
        "dim",
        "__len__",
        "is_floating_point",
        "numel",
        "__get__",
        "requires_grad_",
    }

    class Stored(torch.Tensor):
        """A tensor that records whether it is used before it is moved."""

        @classmethod
        def __torch_function__(cls, f, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            name = getattr(f, "__name__", "")
            with torch._C.DisableTorchFunctionSubclass():
                result = f(*args, **kwargs)
            where = [a for a in [*args[1:], *kwargs.values()] if not isinstance(a, bool)]
            moved = name in ("cpu", "cuda") or (
                name == "to" and any(isinstance(a, str | torch.device) for a in where)
            )
            if moved and hasattr(args[0], "which"):
                arrived[args[0].which].add(args[0].number)
            if not moved and name not in looks:
                for a in [*args, *kwargs.values()]:
                    for t in a if isinstance(a, list | tuple) else [a]:
                        if isinstance(t, Stored):
                            used[getattr(t, "which", 0)] = True
            if isinstance(result, Stored):
                result = result.as_subclass(torch.Tensor) if moved else result
            return result

    stops, loader = np.cumsum(sizes)[:-1], []
    for pair in zip(np.split(X, stops), np.split(y, stops), strict=True):
        batch = tuple(torch.tensor(part).as_subclass(Stored) for part in pair)
        for which, tensor in enumerate(batch):
            tensor.which, tensor.number = which, len(loader)
        loader.append(batch)
    return loader, used, arrived
