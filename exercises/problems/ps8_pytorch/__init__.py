"""ps8, PyTorch: parts of the framework written by hand, and a complete training run."""

from .average_gradients import averaged
from .checkpoint import keeping
from .classify_small import clothes
from .evaluate import look
from .normalize_rows import normalized
from .residual_mlp import model
from .train_one_epoch import epoch

PROBLEMS = [normalized, model, epoch, look, keeping, averaged, clothes]
