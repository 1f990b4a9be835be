"""Tables of a causal export, made of facts that are known at one moment."""
