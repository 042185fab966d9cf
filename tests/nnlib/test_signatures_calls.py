"""Each call of a list gives the result of torch, with arguments by position or by name."""

import numpy as np
import pytest
import torch

import nnlib

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
""".split(";")


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
    return plain(eval(call.strip(), dict(torch=L, F=L.nn.functional, np=np, x=x, y=y, i=i)))


@pytest.mark.filterwarnings("ignore")
def test_calls_are_understood_as_by_torch():
    for call in CALLS:
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
