"""What makes a plan cheap: passes of small rules, one way of writing a thing a file."""

from gradcli.emit.optimise.optimise import Optimised, optimise

__all__ = ["Optimised", "optimise"]
