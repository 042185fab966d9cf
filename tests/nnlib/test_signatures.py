"""What torch has too is called as in torch: names, positions and defaults of arguments.

For functions written in C++, torch's stub files list every signature; for functions written in
Python, ``inspect`` returns the only one. Each signature is tried on ours, once with all
arguments by position and once with all of them by name. In addition, the calls of a list give
the results of torch.
"""

import ast
import functools
import inspect
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

import nnlib
from nnlib import ops
from tests.nnlib.harness import expressions, naming

STUBS = Path(torch.__file__).parent
IN_ORDER = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
# Arguments that nnlib leaves out: results are returned, memory has one kind and one layout,
# gradients are dense, and there is one way to step, to compute and to check. What stands behind
# them in torch is given by name.
LEFT_OUT = """
out layout memory_format names pin_memory non_blocking size_average reduce sparse sparse_grad
capturable differentiable out_dtype implicit _stacklevel vectorize strategy
outer_jacobian_strategy nondet_tol check_undefined_grad check_batched_grad check_grad_dtypes
check_backward_ad check_forward_ad check_batched_forward_grad check_fwd_over_rev
gen_non_contig_grad_outputs check_rev_over_rev fast_mode masked is_grads_batched grad_variables
""".split()


class Way(NamedTuple):
    """One signature: parameter names in order, keyword-only names, defaults, and *args."""

    positional: tuple
    named: tuple
    defaults: dict
    sizes: bool


def way_in_stub(node):
    """Return the signature of a definition in a stub file."""
    a = node.args
    positional, named = [[p.arg for p in ps] for ps in (a.posonlyargs + a.args, a.kwonlyargs)]
    given = list(zip(reversed(positional), reversed(a.defaults), strict=False))
    given += [(k, d) for k, d in zip(named, a.kw_defaults, strict=True) if d is not None]
    defaults = {k: literal(d) for k, d in given if literal(d) is not ...}
    return Way(tuple(positional), tuple(named), defaults, a.vararg is not None)


def literal(node):
    """Return a default's value, or ... if the stub does not state it."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ...


def ways_in_stub(path, owner=None):
    """Return the signatures of each function of a stub file, or of each method of a class."""
    body = ast.parse((STUBS / path).read_text(encoding="utf-8")).body
    if owner is not None:
        (body,) = (n.body for n in body if isinstance(n, ast.ClassDef) and n.name == owner)
    results = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            results.setdefault(node.name, []).append(way_in_stub(node))
    return results


def way_in_python(f):
    """Return the signature of a function written in Python."""
    ps = inspect.signature(f).parameters.values()
    return Way(
        tuple(p.name for p in ps if p.kind in IN_ORDER),
        tuple(p.name for p in ps if p.kind == p.KEYWORD_ONLY),
        {p.name: p.default for p in ps if p.default is not p.empty},
        any(p.kind == p.VAR_POSITIONAL for p in ps),
    )


@functools.cache
def stubbed():
    """Return the signatures in torch's stub files, by namespace."""
    return {
        "torch": ways_in_stub("_C/_VariableFunctions.pyi"),
        "Tensor": ways_in_stub("_C/__init__.pyi", "TensorBase"),
        "functional": ways_in_stub("_C/_nn.pyi") | ways_in_stub("nn/functional.pyi"),
    }


def ways_of(namespace, name, theirs):
    """Return all known signatures of what torch has under a name."""
    try:
        way = way_in_python(theirs)
        if way.positional or way.named or not way.sizes:
            return [way]
    except ValueError:
        pass
    for table in (stubbed().get(namespace, {}), stubbed()["torch"]):
        if name in table:
            old = namespace != "Tensor" and any(
                w.positional[:1] == ("self",) for w in table[name]
            )
            return [w for w in table[name] if not (old and w.positional[:1] == ("self",))]
    return []


def complaints(ours, way):
    """Return what is wrong with our function for one of torch's signatures."""
    signature, result = inspect.signature(ours), []
    left_out = [i for i, p in enumerate(way.positional) if p in LEFT_OUT]
    ordered = way.positional[: min(left_out, default=len(way.positional))]
    names = [p for p in way.positional + way.named if p not in LEFT_OUT]
    if way.sizes:
        try:
            inspect.signature(ours, follow_wrapped=False).bind(*way.positional, 2, 3)
        except TypeError as error:
            result.append(f"one by one: {error}")
        return result
    if all(p in ordered or p in way.defaults for p in way.positional + way.named):
        try:
            bound = signature.bind(*ordered).arguments.items()
            result += [
                f"{p} in the place of {v}" for p, v in bound if isinstance(v, str) and v != p
            ]
        except TypeError as error:
            result.append(f"in places: {error}")
    try:
        signature.bind(**{p: p for p in names})
    except TypeError as error:
        result.append(f"named: {error}")
    for p in [p for p in names if p in way.defaults and p in signature.parameters]:
        own, default = signature.parameters[p].default, way.defaults[p]
        if own is not inspect.Parameter.empty and own != default:
            result.append(f"{p}={own!r}, not {default!r}")
    return result


NAMESPACES = {
    "torch": (nnlib, torch),
    "functional": (nnlib.nn.functional, torch.nn.functional),
    "init": (nnlib.nn.init, torch.nn.init),
    "utils": (nnlib.nn.utils, torch.nn.utils),
    "autograd": (nnlib.autograd, torch.autograd),
    "autograd.functional": (nnlib.autograd.functional, torch.autograd.functional),
    "Tensor": (nnlib.Tensor, torch.Tensor),
    "Module": (nnlib.nn.Module, torch.nn.Module),
    "Optimizer": (nnlib.optim.Optimizer, torch.optim.Optimizer),
}


def functions(namespace):
    """Return the public functions of a module, or methods of a class, by name."""
    owner, _ = NAMESPACES[namespace]
    names = getattr(owner, "__all__", [n for n in dir(owner) if n[0] != "_"])
    results = {
        n: getattr(owner, n) if inspect.ismodule(owner) else inspect.getattr_static(owner, n)
        for n in names
    }
    if inspect.isclass(owner):  # x.add_ takes what x.add takes
        results |= {f"{n}_": results[n] for n in ops.IN_PLACE if f"{n}_" in results}
    return {n: f for n, f in results.items() if inspect.isfunction(f)}


PUBLIC = [
    (namespace, name, f)
    for namespace in NAMESPACES
    for name, f in sorted(functions(namespace).items())
]
SHARED = [
    (namespace, name, f, getattr(NAMESPACES[namespace][1], name))
    for namespace, name, f in PUBLIC
    if hasattr(NAMESPACES[namespace][1], name)
] + [
    (name, "__init__", getattr(nnlib.optim, name).__init__, getattr(torch.optim, name).__init__)
    for name in nnlib.optim.__all__
    if hasattr(torch.optim, name) and name not in ("Optimizer", "lr_scheduler", "swa_utils")
]


def all_complaints(namespace, name, ours, theirs):
    """Return what is wrong for any of torch's signatures; self may have a different name."""
    me = next(iter(inspect.signature(ours).parameters), None)
    results = set()
    for way in ways_of(namespace, name, theirs):
        if way.positional[:1] == ("self",):
            way = way._replace(positional=(me, *way.positional[1:]))
        results |= set(complaints(ours, way))
    return results


# Told apart by the kind of what comes, as ``CALLS`` try.
BY_KIND = {
    "start in the place of end",
    "low in the place of high",
    "high in the place of size",
    "from_ in the place of to",
    "dim in the place of other",
    "dim in the place of unbiased",
    "src in the place of value",
    # What a stub writes otherwise than torch does it.
    "padding=0, not 'valid'",
    "stride=None, not ()",
    "dims=None, not ()",
    "nan=0.0, not None",
}
DIFFERENT = {  # why, and in which functions
    "torch's past had beta and alpha in places": "torch.addmm torch.baddbmm",
    "reduce is not torch's old argument of losses here": """
        torch.scatter_reduce Tensor.scatter_reduce Tensor.scatter_reduce_
    """,
    "torch itself does otherwise than its stub says": """
        torch.searchsorted torch.subtract torch.tensor torch.where functional.one_hot
        functional.scaled_dot_product_attention Tensor.new_tensor Tensor.norm
        Tensor.requires_grad_ Tensor.subtract Tensor.subtract_
    """,
    "arguments are given in their places": "Tensor.copy_ Tensor.to",
    "a method too, whose first argument is self": "torch.is_floating_point",
    "the function's name for it serves the method too": "Tensor.split",
    "shapes alone, named as in reshape; bytes are not read as another kind": "Tensor.view",
    "assign= would take the place of parameters": "Module.load_state_dict",
    "hooks see what has a place": """
        Module.register_forward_hook Module.register_forward_pre_hook
    """,
    "all that torch takes in places it calls deprecated": "Module.state_dict",
    "repeats alone would give indices": "torch.repeat_interleave",
    "several axes as a tuple": "Tensor.count_nonzero Tensor.squeeze",
    "another name of transpose, with its dim0 and dim1": "torch.swapaxes Tensor.swapaxes",
}
DIFFERENT = {name for names in DIFFERENT.values() for name in names.split()}
# torch says nothing about how these are called; those CALLS try them.
UNSAID = {
    *(f"torch.{name}" for name in ("broadcast_tensors", "einsum", "numel", "unique")),
    *("functional.logsigmoid", "autograd.Variable"),
}


@pytest.mark.parametrize("where", sorted({namespace for namespace, *_ in SHARED}))
def test_signatures_match_torch(where):
    for namespace, name, ours, theirs in SHARED:
        if namespace == where:
            with naming(namespace, name):
                assert (f"{namespace}.{name}" in UNSAID) == (
                    not ways_of(namespace, name, theirs)
                )
                result = all_complaints(namespace, name, ours, theirs) - BY_KIND
                assert bool(result) == (f"{namespace}.{name}" in DIFFERENT), result


def test_nnlib_has_functions_and_methods_as_torch_does():
    assert DIFFERENT | UNSAID <= {f"{namespace}.{name}" for namespace, name, *_ in SHARED}
    for name in functions("torch"):
        assert hasattr(nnlib.Tensor, name) or not hasattr(torch.Tensor, name), name
    names = {n for n in functions("Tensor") if callable(getattr(torch, n, None))}
    names -= {n for n in names if hasattr(nnlib, n)}
    in_place = {n for n in names if n[-1] == "_"}  # torch.relu_(x) is x.relu_()
    assert names - in_place == {"detach", "is_inference"}  # which are asked of a tensor


CALLS = """
torch.arange(0, 3, dtype=torch.float32); torch.randint(5, (2,)).dtype;
torch.randint(high=5, size=(2,)).shape == (2,);
torch.randint(1, 2, (2, 2), dtype=torch.int32); torch.randint(0, 1, (2,), dtype=None);
torch.max(x, y); torch.max(x, other=y); torch.max(x, 1); torch.max(x, 1, True);
torch.min(x, dim=0, keepdim=True); x.max(y); x.max(1)[0]; x.max(1).indices; x.min(0).values;
torch.std(x, unbiased=False); torch.std(x, False); x.var(False); x.var(1, False);
x.var(1, correction=0); x.scatter(1, i[:, None], 1.0); x.nan_to_num(0.0, 1.0, 2.0);
torch.subtract(x, y, alpha=2); x.add_(y, alpha=2); x.add_(1).sub_(1).mul_(2).div_(2);
torch.where(x > 0); F.one_hot(i, 3); x.copy_(y); x.norm(p=1, dim=1);
x.clone().requires_grad_().requires_grad; x.to(torch.float64); x.to("cpu", torch.float64);
x.to(torch.device("cpu")); x.to(i); x.to(dtype=torch.int64, device="cpu");
x.type(torch.float64); x.type(); x.type("torch.DoubleTensor");
x.cpu().float().double().long().int().bool(); x.view((4, 1)); x.permute(1, 0);
x.permute(dims=(1, 0)); x.expand(3, 2, 2); x.expand((1, 2, -1)); x.flip(0, 1); x.flip([0]);
torch.flip(x, dims=[0]); x.new_zeros(2); x.new_ones((2,)); x.new_tensor([1]);
torch.ones(*x.shape); torch.zeros(x.size()); torch.trace(input=x); x.is_cuda; x.is_xpu;
torch.is_tensor(x); torch.is_tensor(np.ones(2)); torch.is_floating_point(i);
F.logsigmoid(x[0]).shape == (2,); x.clamp_(0); x.T; x.where(x > 0, y); x[0, 1].item(); 2**x;
5 // y; x % 2 == 1; ~(x > 0); (x > 0) & (y > 0); x == None; float(x.sum()); int(x.sum());
bool(x[0, 0]); np.array(x).shape; np.asarray(x).dtype == np.float32;
torch.from_numpy(np.ones(2)); torch.tensor(np.float64(1.0)); torch.as_tensor(x) is x;
x.detach() is x; x.data.requires_grad; x.is_leaf; x.dtype == torch.float32; str(x.device);
x.size(-1); x.size(dim=0); torch.Size([2, 2]) == x.shape; isinstance(x.shape, torch.Size);
torch.pi, torch.e, torch.inf; float(torch.finfo(torch.float32).eps);
torch.iinfo(torch.int64).max; torch.cuda.is_available(); torch.accelerator.is_available();
torch.accelerator.current_accelerator(); torch.backends.mps.is_available();
torch.no_grad()(lambda: 1)()
"""


def plain(y):
    """Return a result as nested lists of Python numbers with dtypes, to be compared."""
    if isinstance(y, (torch.Tensor, nnlib.Tensor)):
        array = y.detach().numpy()
        return [str(array.dtype), array.shape, array.tolist()]
    if isinstance(y, (tuple, list)):
        return [plain(item) for item in y]
    if isinstance(y, (torch.dtype, np.dtype, torch.device, nnlib.device)):
        return str(y).removeprefix("torch.")
    return y


def outcome(L, call):
    """Return the result of a call in one library."""
    x, y = L.tensor([[1.0, 2.0], [3.0, -4.0]]), L.tensor([[0.5, 5.0], [1.0, 1.0]])
    i = L.tensor([1, 0])
    return plain(eval(call, dict(torch=L, F=L.nn.functional, np=np, x=x, y=y, i=i)))


@pytest.mark.filterwarnings("ignore")
def test_calls_are_understood_as_by_torch():
    for call in expressions(CALLS):
        got, expected = outcome(nnlib, call), outcome(torch, call)
        if isinstance(expected, list) and str(expected).find("float") >= 0:
            got, expected = str(got), str(expected)
        assert got == expected, call


def test_dim_and_keepdim_have_numpys_names_too():
    for L in (nnlib, torch):
        x = L.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        assert L.sum(x, axis=1, keepdims=True).tolist() == [[6.0], [15.0]]
        assert x.softmax(axis=0).sum(axis=-2).tolist() == [1.0, 1.0, 1.0]
        assert L.cat([x, x], axis=1).shape == (2, 6)
        with pytest.raises(TypeError):
            x.sum(axis=0, dim=1)
