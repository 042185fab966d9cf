"""Random programs of views, in-place changes, hooks and backward passes act as in torch.

Both libraries run a program together, step by step: each step is refused by both or by
neither, and after it all values agree; at the end the gradients do.
"""

import contextlib
import warnings

import numpy as np
import pytest
import torch

import nnlib
from tests.nnlib.harness import expressions

LIBRARIES = (nnlib, torch)


class Draw:
    """The random choices of a step, drawn before both libraries carry it out."""

    def __init__(self, rng, shape):
        n = len(shape)
        self.d, self.e = (int(i) for i in rng.integers(-n, n, 2)) if n else (0, 0)
        self.size = shape[self.d] if n else 1
        self.start = int(rng.integers(self.size))
        self.length = int(rng.integers(1, self.size - self.start + 1))
        self.k, self.step = int(rng.integers(3)), int(rng.integers(1, 3))
        self.order = [int(i) for i in rng.permutation(n)]
        self.factor = float(rng.uniform(0.5, 2))
        self.mask = rng.random(shape) < 0.4
        self.places = rng.integers(0, shape[0] if n else 1, 2)
        self.along = rng.integers(0, self.size, 2)
        self.everywhere = rng.integers(0, self.size, shape)
        self.values = rng.uniform(0.3, 1.2, shape)


# Calls, separated by semicolons: t is a tensor, other another one (or a copy of it, where t is
# changed), w a leaf of two elements, and r the random choices of the step.
VIEWS = """
t[r.start :]; t[:: r.step]; t[..., 0:1]; t[..., 0]; t[None, ...]; t[...];
t.narrow(r.d, r.start, r.length); t.unbind(r.d)[r.k]; t.split(r.length, r.d)[r.k];
t.chunk(2, r.d)[r.k]; t.movedim(r.d, r.e); t.transpose(r.d, r.e); t.permute(r.order); t.t();
t.squeeze(); t.squeeze(r.d); t.unsqueeze(r.d); t.view(2, -1); t.view(-1); t.reshape(2, -1);
t.flatten(); t.unflatten(r.d, (-1, 1)); t.expand(2, *t.shape);
t.expand([3 if n == 1 else n for n in t.shape]); t.diagonal(r.k - 1, r.d, r.e);
t.unfold(r.d, r.length, r.step); t.contiguous(); t.detach(); t.clone()
"""

CHANGES = """
t.mul_(r.factor); t.mul_(other); t.add_(other); t.add_(w.sum()); t.sub_(other, alpha=2);
t.tanh_(); t.mul_(0.1).exp_(); t.div_(other.abs() + 0.5); t.clamp_(0.4, 0.9); t.tril_();
t.__setitem__(0, w.sum() * r.factor); t.__setitem__((..., 0), other[..., 0]);
t.__setitem__(L.tensor(r.mask), w.sum()); t.__setitem__(L.tensor(r.places), r.factor);
t.__setitem__(L.tensor(r.places), t[L.tensor(r.places)] * w[0]);
t.masked_fill_(L.tensor(r.mask), w[0]); t.copy_(other); t.copy_(L.tensor(r.values));
t.fill_(r.factor); t.zero_(); t.scatter_(r.d, L.tensor(r.everywhere), r.factor);
t.scatter_add_(r.d, L.tensor(r.everywhere), other.expand(t.shape).clone());
t.index_add_(r.d, L.tensor(r.along), other.narrow(r.d, 0, 2))
"""

RESULTS = """
t * t + 0.1; t * other; t.tanh(); t.sum(0); t * w[0]; L.cat([t, other]); L.stack([t, t], -1);
t.softmax(-1); t.flip(0); t[L.tensor([0, 0])]
"""


def walked(L, t, other, w, r):
    """Run backward from the sum of the squares of t, perhaps only to `other`."""
    y = (t * t).sum()
    if r.k == 0:
        return y.backward(retain_graph=True)
    if r.k == 1:
        return y.backward(inputs=[other], retain_graph=True)
    return L.autograd.grad(y, [other], retain_graph=True, allow_unused=True)[0]


def hooked(t, r):
    """Register a hook that scales the gradient, or retain the gradient."""
    if r.k:
        t.register_hook(lambda g: g * r.factor)
    else:
        t.retain_grad()


MODES = {
    "grad": lambda L: contextlib.nullcontext(),
    "no_grad": lambda L: L.no_grad(),
    "inference": lambda L: L.inference_mode(),
    "enable": lambda L: L.enable_grad(),
}


class Program:
    """The tensors of one random program in one library."""

    def __init__(self, L, rng):
        self.L = L
        self.x = L.tensor(rng.uniform(0.3, 1.2, (3, 4)), requires_grad=True)
        self.w = L.tensor(rng.uniform(0.1, 0.4, 2), requires_grad=True)
        self.pool = [self.x * 1.0, L.tensor(rng.uniform(0.3, 1.2, (3, 4))), self.x]

    def do(self, kind, name, i, j, mode, r):
        """Carry out one step; return its result, or the error that it raised."""
        L, t, other, w = self.L, self.pool[i], self.pool[j], self.w
        try:
            with MODES[mode](L):
                if kind == "hook":
                    return hooked(t, r), None
                if kind == "walk":
                    return walked(L, t, other, w, r), None
                if kind == "change":
                    eval(name, dict(L=L, t=t, other=other.clone(), w=w, r=r))
                    return None, None
                return eval(name, dict(L=L, t=t, other=other, w=w, r=r)), None
        except (RuntimeError, IndexError) as error:
            return None, error

    def finish(self, order):
        """Return the gradients of the sum of all squares, of first or second order."""
        L, leaves = self.L, [self.x, self.w]
        try:
            usable = [t for t in self.pool if not t.is_inference()]
            y = sum(((t * t).sum() for t in usable), sum(0 * leaf.sum() for leaf in leaves))
            if order == 1:
                y.backward()
                return [self.x.grad, self.w.grad, *(t.grad for t in self.pool)], None
            first = L.autograd.grad(y, leaves, create_graph=True)
            total = sum((g**3).sum() for g in first)
            return list(L.autograd.grad(total, leaves, allow_unused=True)), None
        except RuntimeError as error:
            return None, error


def steps(rng, pool, order):
    """Yield random steps, each drawn when the tensors that exist are known."""
    for _ in range(rng.integers(3, 9)):
        i, j = (int(k) for k in rng.integers(len(pool), size=2))
        shape = tuple(pool[i].shape)
        alike = [k for k, t in enumerate(pool) if t.shape == shape]
        if rng.random() < 0.7:
            j = alike[rng.integers(len(alike))]
        if 0 in shape:
            continue
        kinds = ["view", "change", "result", "walk", "hook"]
        share = [0.4, 0.35, 0.15, 0.05, 0.05] if order == 1 else [0.45, 0.4, 0.15, 0, 0]
        kind = str(rng.choice(kinds, p=share))
        calls = dict(view=VIEWS, change=CHANGES, result=RESULTS).get(kind, "")
        mode = str(rng.choice(list(MODES), p=[0.7, 0.1, 0.1, 0.1]))
        yield kind, str(rng.choice(expressions(calls))), i, j, mode, Draw(rng, shape)


# Where torch refuses and nnlib finds the answer, or the other way round, or torch itself is
# not to be compared with; a program ends there.
TORCH_REFUSES = (
    "modified by an inplace operation",  # nnlib copies what an overwritten factor was
    "refer to a single memory location",  # nnlib computes elsewhere
    "a leaf Variable that requires grad",  # torch takes a stale view of a constant for a leaf
)
NNLIB_REFUSES = ("a read-only tensor",)  # torch writes to shared memory in any order


def differ(errors):
    """Return whether only one library raised an error, without a known reason."""
    ours, theirs = errors
    if (ours is None) == (theirs is None):
        return False
    known = TORCH_REFUSES if ours is None else NNLIB_REFUSES
    return not any(reason in str(ours or theirs) for reason in known)


def agree(a, b, what):
    """Assert equal values, where None counts as zeros."""
    if a is None or b is None:
        assert not any(t is not None and np.any(t.detach().numpy()) for t in (a, b)), what
    else:
        a, b = a.detach().numpy(), b.detach().numpy()
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9, err_msg=what)


def run(seed):
    """Run one random program in both libraries; return whether it ended in both."""
    order = 1 + seed % 2
    rng = np.random.default_rng(seed)
    ours, theirs = programs = [Program(L, np.random.default_rng(seed)) for L in LIBRARIES]
    done = [f"program {seed}"]
    for kind, name, i, j, mode, r in steps(rng, theirs.pool, order):
        if kind == "hook" and theirs.pool[i]._is_view():  # torch crashes on some of these
            continue
        done.append(f"{kind} {name} of {i} and {j} in {mode}")
        (a, ours_error), (b, theirs_error) = (p.do(kind, name, i, j, mode, r) for p in programs)
        errors, what = (ours_error, theirs_error), "\n".join(done)
        assert not differ(errors), f"{what}\n{errors}"
        if (ours_error is None) != (theirs_error is None) or "nference" in str(theirs_error):
            return False  # torch changes a tensor of inference_mode before it refuses
        if b is not None and b.requires_grad and not a.requires_grad:
            return False  # a view made inside no_grad: torch takes it for a leaf
        if errors[0] is None and b is not None:
            ours.pool.append(a)
            theirs.pool.append(b)
        for k, (a, b) in enumerate(zip(ours.pool, theirs.pool, strict=True)):
            agree(a, b, f"{what}\nvalue of {k}")
            fixed = a.view_of is not None and a.view_of.fixed  # nobody may use it any more
            assert fixed or a.requires_grad == b.requires_grad, f"{what}\nrequires_grad of {k}"
    (a, ours_error), (b, theirs_error) = (p.finish(order) for p in programs)
    assert not differ((ours_error, theirs_error)), f"{what}\n{ours_error}\n{theirs_error}"
    if ours_error or theirs_error:
        return False
    for k, (g, expected) in enumerate(zip(a, b, strict=True)):
        agree(g, expected, f"{what}\ngradient {k}")
    return True


def assert_programs_agree(seeds):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, about gradients of tensors that are no leaf
        assert sum(map(run, seeds)) > len(seeds) / 2


def test_random_programs_have_the_values_gradients_and_errors_of_torch():
    assert_programs_agree(range(150))


@pytest.mark.slow
def test_many_random_programs_have_the_values_gradients_and_errors_of_torch():
    assert_programs_agree(range(150, 2000))
