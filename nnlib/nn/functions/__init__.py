"""The functions of ``nn.functional``, which collects them from these files."""
