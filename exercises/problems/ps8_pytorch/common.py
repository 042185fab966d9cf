"""What several problems of ps8 share: constants, and batches that say whether they were moved.

A processor alone cannot show where a tensor lies. So the batches are tensors of a subclass that
notes whether anything was computed with them before they were moved by `.to(device)`, which
gives an ordinary tensor, and whether all of them were moved. Where to is not seen, and the text
says so.
"""

import numpy as np
from nngrader.engine import Tensor, travels

DIGITS = 1e-8  # tolerance that float64 meets, but not float32 or difference quotients
TORCH = ("torch",)


@travels
def as_number(value):
    """Return the number of a tensor in float64, and anything else as it is.

    A tensor that holds its graph is no number: that costs the form, and its number counts.
    """
    import torch

    if not isinstance(value, torch.Tensor):
        return value
    number = value.detach().double().numpy()
    return Tensor(number) if value.requires_grad else number


@travels
def stored(X, y, sizes):
    """Return batches of such sizes, and what was used too early and moved.

    The last two are lists, of inputs and of targets: whether one was used before it was moved,
    and the numbers of the batches that were moved.
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
        """A tensor that notes whether it is used before it is moved."""

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
