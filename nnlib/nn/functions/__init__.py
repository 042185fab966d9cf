"""The functions of ``nn.functional``, which gathers them from these files."""
