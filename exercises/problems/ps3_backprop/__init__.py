"""ps3, backpropagation: blame, one number at a time, then a layer, then a network."""

PROBLEMS = []
