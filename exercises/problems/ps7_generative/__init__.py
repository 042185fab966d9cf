"""ps7, generative models: linear and contractive autoencoders, VAEs and GAN losses."""

from .contractive_penalty import contraction
from .elbo import garments
from .gan_losses import game
from .importance_log_likelihood import bounds
from .kl_gaussian import divergence
from .pca_autoencoder import autoencoder
from .reparameterize import trick

PROBLEMS = [autoencoder, contraction, divergence, trick, bounds, game, garments]
