"""ps6, recurrent networks: a layer forward and backward, gates, perplexity and sampling."""

from .gru_step import gated
from .lstm_step import step
from .perplexity import hesitation
from .rnn_backward import gradients
from .rnn_forward import layer
from .sample import sampler
from .surprisal import play

PROBLEMS = [layer, gradients, step, gated, hesitation, sampler, play]
