"""Hand-written derivations, checked: verdicts, counterexamples, hints."""
