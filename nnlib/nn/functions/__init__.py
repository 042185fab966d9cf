"""Layers, activations and losses as functions; ``nn.functional`` gathers them."""
