"""Programs of any length, one family for each way in which work can grow with a program."""

from __future__ import annotations

from collections.abc import Callable

_FIRST = 100  # the first number: all names are of one length, so that no line is broken for a longer number alone


def _layers(length: int, last: str, declared: str = "R[n, n]") -> str:
    """`u_k = W_k @ y_{k-1}; y_k = g(u_k)`, then `last`, in which `{y}` is the last of them."""
    lines, before = ["x : R[n]"], "x"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"W{k} : {declared}; u{k} = W{k} @ {before}; y{k} = g(u{k})")
        before = f"y{k}"
    return "\n".join([*lines, last.format(y=before)]) + "\n"


def arbitrary(length: int) -> str:
    """Any scalar function of what a deep network gives."""
    return _layers(length, "loss f({y})")


def scalar_sum(length: int) -> str:
    """A scalar: every gradient is a Jacobian too."""
    return _layers(length, "out = sum({y})")


def symmetric(length: int) -> str:
    """Every weight has an attribute, which what is differentiated must not use."""
    return _layers(length, "out = sum({y})", "R[n, n] symmetric")


def jacobian(length: int) -> str:
    """A chain of Jacobians."""
    return _layers(length, "jacobian {y} wrt x")


def hessian_product(length: int) -> str:
    """Forward over reverse."""
    return _layers(length, "out = sum({y}); hvp out wrt x")


def checks(length: int) -> str:
    """As many claims as definitions."""
    claims = [
        f"check grad(f, W{k}) == (grad(f, y{k}) * g'(u{k})) @ {f'y{k - 1}' if k > _FIRST else 'x'}.T"
        for k in range(_FIRST, _FIRST + length)
    ]
    return _layers(length, "loss f({y})") + "\n".join(claims) + "\n"


def centred(length: int) -> str:
    """Sums that vanish stand in every gradient."""
    lines, before = ["x : R[n]"], "x"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"w{k} : R[n]; m{k} = mean({before}); c{k} = {before} - m{k}; y{k} = w{k} * c{k}")
        before = f"y{k}"
    return "\n".join([*lines, f"out = sum({before}**2)"]) + "\n"


def products(length: int) -> str:
    """Every definition is used twice: written out, the answer has 2^length terms."""
    numbers = range(_FIRST, _FIRST + length)
    return f"x : R\ny{_FIRST} = x\n" + "".join(f"y{k + 1} = y{k} * tanh(y{k})\n" for k in numbers)


def branches(length: int) -> str:
    """Many short ways from the variables to the value, side by side."""
    numbers = range(_FIRST, _FIRST + length)
    lines = [f"w{k} : R[n]; b{k} = tanh(A @ (w{k} * x))" for k in numbers]
    total = " + ".join(f"sum(b{k})" for k in numbers)
    return "\n".join(["x : R[n]; A : R[n, n]", *lines, f"out = {total}"]) + "\n"


def residual(length: int) -> str:
    """Skip connections: every gradient is a sum."""
    lines, before = ["x : R[n]"], "x"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"W{k} : R[n, n]; y{k} = {before} + W{k} @ relu({before})")
        before = f"y{k}"
    return "\n".join([*lines, f"loss f({before})"]) + "\n"


def labels(length: int) -> str:
    """Every step takes rows of a table of its own by the same labels."""
    lines, before = ["l : {1..C}[N]; h : R[N, d]"], "h"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"E{k} : R[C, d]; h{k} = tanh({before} + E{k}[l, :])")
        before = f"h{k}"
    return "\n".join([*lines, f"out = sum({before})"]) + "\n"


def parts(length: int) -> str:
    """Every step takes a value apart and puts it together again."""
    lines, before = ["x : R[n + m]"], "x"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"w{k} : R[n]; a{k} = w{k} * {before}[1:n]; y{k} = concat(a{k}, tanh({before}[n+1:n+m]))")
        before = f"y{k}"
    return "\n".join([*lines, f"out = sum({before})"]) + "\n"


def rank_three(length: int) -> str:
    """Vectors stand at the last axis of an array of rank 3."""
    lines, before = ["X : R[b, n, d]"], "X"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"v{k} : R[d]; Y{k} = tanh({before} * v{k}[None, None, :])")
        before = f"Y{k}"
    return "\n".join([*lines, f"out = sum({before})"]) + "\n"


def relations(length: int) -> str:
    """Every step is the solution of an equation of its own."""
    lines, before = ["x : R[n]"], "x"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"W{k} : R[n, n]; implicit y{k} : y{k} == tanh(W{k} @ y{k} + {before})")
        before = f"y{k}"
    return "\n".join([*lines, f"out = sum({before})"]) + "\n"


def several_arguments(length: int) -> str:
    """Functions of two arguments, every one of which is an earlier value."""
    lines, before, other = ["x : R; z : R; f : R, R -> R"], "x", "z"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"y{k} = f({before}, {other})")
        before, other = f"y{k}", before
    return "\n".join(lines) + "\n"


FAMILIES: dict[str, Callable[[int], str]] = {
    function.__name__: function
    for function in (
        *(arbitrary, scalar_sum, symmetric, jacobian, hessian_product, checks, centred, products, branches, residual),
        *(labels, parts, rank_three, relations, several_arguments),
    )
}
