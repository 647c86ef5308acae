"""Hand-written backward passes in Python, proved against the derivative of their forward."""
