"""ps8, PyTorch: what a framework does for you, written once by hand, and a training whole."""

from .average_gradients import averaged
from .checkpoint import keeping
from .classify_small import clothes
from .evaluate import look
from .normalize_rows import normalized
from .residual_mlp import model
from .train_one_epoch import epoch

PROBLEMS = [normalized, model, epoch, look, keeping, averaged, clothes]
