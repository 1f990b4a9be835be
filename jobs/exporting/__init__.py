"""Making exports: everything is gathered as of one moment, built, written, and put away."""
