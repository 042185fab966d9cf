"""Change results by about one unit in the last place, as a different processor would.

``install(seed, scale)`` adds noise in this process to

- matrix products (``@``, ``np.matmul``, ``np.dot``, ``np.einsum``, ...) in nnlib, in the
  problems and experiments, and in the cells of a notebook, and so to nnlib's convolutions;
- the results of ``np.linalg`` and of functions such as ``np.exp``;
- matrix products, convolutions, exponentials and initial parameters in PyTorch;
- the data of ``nnlib.datasets`` and the initial parameters of ``nnlib.nn.init``.

The noise of a product is at most ``scale`` units in the last place of the sum of the absolute
values of its terms, because this sum bounds the rounding error: if terms cancel to 0, a
different processor may get a tiny number. The noise depends only on the seed, on the value and
on its position, so the same computation on the same inputs gives the same result again, as
on a real processor. Products of numbers with few binary digits, such as small integers, are
exact on every processor and don't change.
"""

import ast
import contextlib
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import operator
import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "NN_ROUNDING"  # "seed:scale", read by `install_from_environment`
PRODUCTS = ("matmul", "dot", "vdot", "inner", "einsum", "tensordot", "convolve", "correlate")
FUNCTIONS = ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos")
DECOMPOSITIONS = (
    *("cholesky", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq"),
    *("pinv", "qr", "slogdet", "solve", "svd", "svdvals"),
)
SOURCES = ("nnlib", "exercises", "chapters", "tests")  # files whose products get noise
LONG_BITS = {8: np.uint64((1 << 33) - 1), 4: np.uint32((1 << 14) - 1)}
UNSIGNED = {8: np.uint64, 4: np.uint32}
PLAIN = (np.matmul, np.dot)  # NumPy's own functions
SMALL = 1 << 16
WIDE = np.finfo(np.longdouble).eps < np.finfo(float).eps
SOME = 16  # number of elements to check before checking all of them


def is_short(a: np.ndarray) -> bool:
    """Return whether all elements have so few binary digits that their products are exact."""
    if a.dtype.kind != "f" or a.itemsize not in LONG_BITS:
        return a.dtype.kind != "c"
    bits = a.ravel().view(UNSIGNED[a.itemsize])
    mask = LONG_BITS[a.itemsize]
    return not (bits[:SOME] & mask).any() and not (bits & mask).any()


class Noise:
    """Random numbers that depend on a seed and on the values to which they are added.

    Parameters
    ----------
    seed : int
        A different seed imitates a different processor.
    scale : float
        The largest change, in units in the last place.
    """

    def __init__(self, seed: int, scale: float = 1.0):
        self.scale = scale
        self.places = np.zeros(0, np.uint16)
        self.change_seed(seed)

    def change_seed(self, seed: int) -> None:
        """Imitate a different processor from now on."""
        numbers = np.random.default_rng(seed).uniform(-self.scale, self.scale, 2**16)
        self.steps = {
            np.dtype(kind): (numbers * np.finfo(kind).eps).astype(kind)
            for kind in (np.float32, np.float64)
        }

    def step(self, a: np.ndarray) -> np.ndarray:
        """Return a relative change for each element, from its last 16 bits and its position."""
        bits = np.ascontiguousarray(a).reshape(-1).view(np.uint16)[:: a.itemsize // 2]
        if len(self.places) < bits.size:
            self.places = (np.arange(2 * bits.size) * 40503).astype(np.uint16)
        return self.steps[a.dtype][bits + self.places[: bits.size]].reshape(a.shape)

    def added(self, a: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Return an array changed by at most ``scale`` units in the last place of ``size``."""
        if not np.isfinite(size).all():
            size = np.where(np.isfinite(size), size, 0)
        change = self.step(a)
        change *= np.abs(size)
        change += a
        return change

    def number(self, x: np.float64) -> np.float64:
        """Return what a function of one number returns, with noise.

        It must be fast, because a program may call np.exp for each of 20,000 numbers, and
        problems limit the time.
        """
        bits = int(x.view(np.uint64))
        if not bits & int(LONG_BITS[8]) or not np.isfinite(x):
            return x
        changed = x * (1 + self.steps[x.dtype][bits & 0xFFFF])
        return np.float64(min(max(changed, -1.0), 1.0)) if abs(x) <= 1 else changed

    def array(self, result, size=None):
        """Return a floating-point array or number with noise, anything else unchanged."""
        a = np.asarray(result)
        if a.dtype.kind == "c":
            size = a if size is None else np.broadcast_to(size, a.shape)
            parts = np.empty_like(a)
            parts.real = self.array(a.real, size.real if size.dtype.kind == "c" else size)
            parts.imag = self.array(a.imag, size.imag if size.dtype.kind == "c" else size)
            return parts[()]
        if a.dtype.kind != "f" or a.itemsize not in LONG_BITS or not a.size:
            return result
        return self.added(a, a if size is None else size)[()]


def rounds_nowhere(a, b) -> bool:
    """Return whether a small product of arrays in double precision is exact, sums included."""
    a, b = np.asarray(a), np.asarray(b)
    small = 0 < a.ndim < 3 and 0 < b.ndim < 3 and 0 < a.size * b.size <= SMALL
    if not small or not WIDE or not a.dtype == b.dtype == np.float64:
        return False
    if np.longdouble(a.flat[0]) * b.flat[0] != a.flat[0] * b.flat[0]:
        return False  # most products end here
    a, b = a[..., None], b[:, None] if b.ndim == 1 else b
    terms, wide = a * b, a.astype(np.longdouble) * b
    return bool((terms == wide).all() and (terms.sum(-2) == wide.sum(-2)).all())


def size_of_terms(function, args, floats: list, options: dict):
    """Return the sum of the absolute values of a product's terms.

    Where there are complex numbers, it is complex too: the size of the real part and the size
    of the imaginary part, which rounding changes independently.
    """
    floating = [any(a is f for f in floats) for a in args]
    if all(np.asarray(a).dtype.kind != "c" for a in floats):
        sizes = [np.abs(a) if f else a for a, f in zip(args, floating, strict=True)]
        return function(*sizes, **options)
    sizes = [
        np.abs(np.real(a)) + 1j * np.abs(np.imag(a)) if f else a
        for a, f in zip(args, floating, strict=True)
    ]
    turned = [*sizes[:-1], np.conj(sizes[-1])]  # so that the real parts' terms have one sign
    both = function(*sizes, **options), function(*turned, **options)
    real = np.maximum(*(np.abs(np.real(b)) for b in both))
    return real + 1j * np.maximum(*(np.abs(np.imag(b)) for b in both))


def with_noise_of_products(noise: Noise, function):
    """Return a function of NumPy that computes products, with noise in its results."""

    @functools.wraps(function)
    def product(*args, out=None, **options):
        target = {"out": out} if out is not None else {}
        floats = [a for a in args if isinstance(a, (np.ndarray, np.floating))]
        floats = [a for a in floats if a.dtype.kind in "fc"]
        exact = not floats or all(is_short(np.asarray(a)) for a in floats)
        exact = exact or (function in PLAIN and rounds_nowhere(*args))
        size = None if exact else size_of_terms(function, args, floats, options)
        result = function(*args, **target, **options)
        if exact or not isinstance(result, (np.ndarray, np.generic)):
            return result
        changed = noise.array(result, size)
        if out is None:
            return changed
        result[...] = changed
        return result

    return product


def with_noise_of_functions(noise: Noise, function):
    """Return an elementwise function with noise, except for results with few binary digits."""

    @functools.wraps(function)
    def elementwise(*args, **options):
        result = function(*args, **options)
        if type(result) is np.float64:
            return noise.number(result)
        a = np.asarray(result)
        if not isinstance(result, (np.ndarray, np.generic)) or a.dtype.kind != "f":
            return result
        if a.itemsize not in LONG_BITS or not a.size:
            return result
        long = (a.view(UNSIGNED[a.itemsize]) & LONG_BITS[a.itemsize]) != 0
        changed = np.where(long, noise.added(a, a), a)
        # Noise must not move tanh or exp(-1e-9) beyond 1.
        np.copyto(changed, changed.clip(-1, 1), where=np.abs(a) <= 1)
        if options.get("out") is None:
            return changed[()]
        result[...] = changed
        return result

    return elementwise


def with_noise_of_decompositions(noise: Noise, function):
    """Return a function of np.linalg with noise relative to its largest entries."""

    @functools.wraps(function)
    def decomposition(*args, **options):
        result = function(*args, **options)
        short = all(is_short(np.asarray(a)) for a in args if isinstance(a, (list, np.ndarray)))

        def changed(part):
            a = np.asarray(part)
            if a.dtype.kind not in "fc" or not a.size or (short and is_short(a)):
                return part
            size = np.abs(a.real).max()
            return noise.array(
                part, size + 1j * np.abs(a.imag).max() if a.dtype.kind == "c" else size
            )

        if not isinstance(result, tuple):
            return changed(result)
        parts = map(changed, result)
        return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)

    return decomposition


class _Transformer(ast.NodeTransformer):
    """Replaces ``a @ b`` and ``a.dot(b)`` with calls of ``np.matmul`` and of ``_noisy_dot``."""

    def visit_BinOp(self, node):
        """Replace an operator ``@``."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        return _call("_noisy_matmul", [node.left, node.right], node)

    def visit_AugAssign(self, node):
        """Replace an operator ``@=``."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult) or not isinstance(node.target, ast.Name):
            return node
        left = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
        value = _call("_noisy_matmul", [left, node.value], node)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Call(self, node):
        """Replace a call of a method ``dot`` of an array; ``np.dot`` has noise already."""
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "dot" and not node.keywords:
            return _call("_noisy_dot", [function.value, *node.args], node)
        return node


def _call(name: str, args: list[ast.expr], node: ast.AST) -> ast.expr:
    """Return a call of one of the names that `_put_names` defines everywhere."""
    return ast.fix_missing_locations(
        ast.copy_location(ast.Call(ast.Name(name, ast.Load()), args, []), node)
    )


def _put_names() -> None:
    """Make the functions that replace operators available in every module."""
    import builtins

    def matmul(a, b):
        """Return ``a @ b``, with noise if both are arrays."""
        plain = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
        return np.matmul(a, b) if plain else operator.matmul(a, b)

    def dot(a, *args):
        """Return ``a.dot(...)``, with noise if it is a method of an array."""
        return np.dot(a, *args) if isinstance(a, np.ndarray) else a.dot(*args)

    builtins._noisy_matmul, builtins._noisy_dot = matmul, dot


def _patch_numpy(noise: Noise) -> None:
    """Replace NumPy's functions with noisy versions."""
    with contextlib.suppress(ImportError):
        # Keras imports it; it extends NumPy's own functions.
        importlib.import_module("ml_dtypes")
    for name in PRODUCTS:
        setattr(np, name, with_noise_of_products(noise, getattr(np, name)))
    for name in FUNCTIONS:
        setattr(np, name, with_noise_of_functions(noise, getattr(np, name)))
    for name in DECOMPOSITIONS:
        function = with_noise_of_decompositions(noise, getattr(np.linalg, name))
        setattr(np.linalg, name, function)


def _transform_sources() -> None:
    """Replace the operators in each source file of the project that is imported from now on.

    The compiled files are in a separate folder, so that no other process imports them.
    """
    sys.pycache_prefix = str(ROOT / "_build" / "rounding" / "pycache")
    original = importlib.machinery.SourceFileLoader.source_to_code
    folders = tuple(str(ROOT / name) + os.sep for name in SOURCES)

    def source_to_code(self, data, path, **options):
        if os.fspath(path).startswith(folders) and not isinstance(data, ast.AST):
            data = _Transformer().visit(ast.parse(data, path))
        return original(self, data, path, **options)

    importlib.machinery.SourceFileLoader.source_to_code = source_to_code


class _AfterImport(importlib.abc.MetaPathFinder):
    """Calls a function with a module right after its first import."""

    def __init__(self, calls: dict):
        self.calls = calls

    def find_spec(self, name, path=None, target=None):
        """Return the module's own spec, with a loader that calls the function afterwards."""
        call = self.calls.pop(name, None)
        spec = importlib.util.find_spec(name) if call else None
        if spec is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            call(module)

        spec.loader.exec_module = exec_module
        return spec


def _noisy_datasets(noise: Noise, module) -> None:
    """Let the loaders of nnlib.datasets return data with noise, in the range of the data."""

    def changed(part):
        if isinstance(part, tuple):
            parts = map(changed, part)
            return type(part)(*parts) if hasattr(part, "_fields") else tuple(parts)
        if isinstance(part, dict):
            return {key: changed(value) for key, value in part.items()}
        if not isinstance(part, np.ndarray) or part.dtype.kind != "f" or not part.size:
            return part
        columns = tuple(range(part.ndim - 1)) if part.ndim == 2 else None
        whole = ((part == np.rint(part)) | np.isnan(part)).all(axis=columns)  # counts, labels
        low, high = np.nanmin(part), np.nanmax(part)
        return np.where(whole | np.isnan(part), part, noise.array(part).clip(low, high))

    for name in module.__all__:
        loader = getattr(module, name)
        if inspect.isfunction(loader):
            noisy = functools.wraps(loader)(
                lambda *args, _loader=loader, **options: changed(_loader(*args, **options))
            )
            setattr(module, name, noisy)


def _noisy_init(noise: Noise, module) -> None:
    """Let nnlib.nn.init draw initial parameters with noise."""
    fill = module.constant_

    def constant_(tensor, val):
        filled = fill(tensor, val)
        if isinstance(val, np.ndarray):
            module.raw(filled)[...] = noise.array(module.raw(filled))
        return filled

    module.constant_ = functools.wraps(fill)(constant_)


def _noisy_torch(noise: Noise, torch) -> None:
    """Add noise to the results of PyTorch's operations, in this thread and from now on."""
    from torch.utils._python_dispatch import TorchDispatchMode

    aten = torch.ops.aten
    products = {
        *(aten.mm, aten.addmm, aten.bmm, aten.baddbmm, aten.mv, aten.addmv, aten.dot),
        *(aten.convolution, aten.convolution_backward),
    }
    functions = {
        *(aten.exp, aten.log, aten.tanh, aten.sigmoid, aten.sin, aten.cos),
        *(aten._softmax, aten._log_softmax, aten._scaled_dot_product_flash_attention_for_cpu),
    }
    initial = {aten.normal_, aten.uniform_}

    def plain(part) -> bool:
        """Return whether noise can be added: to dense floating-point tensors on the CPU."""
        return (
            type(part) in (torch.Tensor, torch.nn.Parameter)
            and part.device.type == "cpu"
            and part.layout is torch.strided
            and part.dtype in (torch.float32, torch.float64)
        )

    def change(result, size=None) -> None:
        """Change a tensor in place."""
        if not plain(result):
            return
        a = result.detach()
        if size is None:
            a.copy_(torch.from_numpy(np.asarray(noise.array(a.numpy()))))
        else:
            a.copy_(torch.from_numpy(np.asarray(noise.array(a.numpy(), size.detach().numpy()))))

    class RoundingNoise(TorchDispatchMode):
        """Changes results of products by about a unit in the last place."""

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            packet = func.overloadpacket
            if packet in products:
                floats = [a for a in args if plain(a)]
                exact = all(is_short(a.detach().numpy()) for a in floats)
                sizes = None if exact else func(*_sizes(args), **_without_out(kwargs, func))
                result = func(*args, **kwargs)
                if not exact:
                    _pairwise(change, result, sizes)
                return result
            result = func(*args, **kwargs)
            if packet in functions or packet in initial:
                first = result[0] if isinstance(result, tuple) else result
                if plain(first) and not is_short(first.detach().contiguous().numpy()):
                    change(first)
            return result

    def _sizes(args):
        return [a.detach().abs() if plain(a) else a for a in args]

    def _without_out(kwargs, func):
        left = {k: v for k, v in kwargs.items() if k != "out"}
        return left | ({"out": torch.empty_like(kwargs["out"])} if "out" in kwargs else {})

    RoundingNoise().__enter__()


def _pairwise(change, result, sizes) -> None:
    """Change a tensor, or each of several."""
    if isinstance(result, (tuple, list)):
        for part, size in zip(result, sizes, strict=True):
            if part is not None:
                change(part, size)
    else:
        change(result, sizes)


def install(seed: int, scale: float = 1.0) -> Noise:
    """Add noise in this process from now on; call it before nnlib or torch is imported.

    Returns
    -------
    Noise
        The source of the noise, whose seed can be changed.
    """
    early = sorted({"nnlib", "torch"} & sys.modules.keys())
    if early:
        raise RuntimeError(f"install: expected to run before {early[0]} is imported")
    noise = Noise(seed, scale)
    _patch_numpy(noise)
    _put_names()
    _transform_sources()
    calls = {
        "torch": functools.partial(_noisy_torch, noise),
        "nnlib.datasets": functools.partial(_noisy_datasets, noise),
        "nnlib.nn.init": functools.partial(_noisy_init, noise),
    }
    sys.meta_path.insert(0, _AfterImport(calls))
    return noise


def install_from_environment() -> None:
    """Install the noise that the variable NN_ROUNDING describes, in a notebook's cells too."""
    seed, scale = os.environ[VARIABLE].split(":")
    install(int(seed), float(scale))
    try:
        from IPython import get_ipython
    except ImportError:
        return
    if (shell := get_ipython()) is not None:
        shell.ast_transformers.append(_Transformer())
