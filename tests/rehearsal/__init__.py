"""The workflows, run without GitHub: their own ``run:`` steps, in order, as the YAML says."""
