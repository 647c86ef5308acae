"""The exit statuses."""

OK = 0  # all well
FAILED = 1  # a check failed: never a fault of the input or of ours
WRONG = 2  # the input or the call is wrong, or the fault is ours
INTERRUPTED = 130
TERMINATED = 143
