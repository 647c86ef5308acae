"""Programs of any length, one family for each way in which work can grow with a program."""

from __future__ import annotations

from collections.abc import Callable

_FIRST = 100  # the first number: all names are of one length, so that no line is broken for a longer number alone


def _chain(length: int, declared: str, step: str, last: str = "out = sum({y})", first: str = "x", of: str = "y") -> str:
    """`declared`, then `step` for each number k, in which `{y}` is the value before, then `last` of the last value."""
    lines, before = [declared], first
    for k in range(_FIRST, _FIRST + length):
        lines.append(step.format(k=k, y=before))
        before = f"{of}{k}"
    return "\n".join([*lines, last.format(y=before)]) + "\n"


def _layers(length: int, last: str, declared: str = "R[n, n]") -> str:
    """`u_k = W_k @ y_{k-1}; y_k = g(u_k)`, then `last`, in which `{y}` is the last of them."""
    return _chain(length, "x : R[n]", f"W{{k}} : {declared}; u{{k}} = W{{k}} @ {{y}}; y{{k}} = g(u{{k}})", last)


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
    step = "w{k} : R[n]; m{k} = mean({y}); c{k} = {y} - m{k}; y{k} = w{k} * c{k}"
    return _chain(length, "x : R[n]", step, "out = sum({y}**2)")


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
    return _chain(length, "x : R[n]", "W{k} : R[n, n]; y{k} = {y} + W{k} @ relu({y})", "loss f({y})")


def labels(length: int) -> str:
    """Every step takes rows of a table of its own by the same labels."""
    step = "E{k} : R[C, d]; h{k} = tanh({y} + E{k}[l, :])"
    return _chain(length, "l : {1..C}[N]; h : R[N, d]", step, first="h", of="h")


def parts(length: int) -> str:
    """Every step takes a value apart and puts it together again."""
    step = "w{k} : R[n]; a{k} = w{k} * {y}[1:n]; y{k} = concat(a{k}, tanh({y}[n+1:n+m]))"
    return _chain(length, "x : R[n + m]", step)


def rank_three(length: int) -> str:
    """Vectors stand at the last axis of an array of rank 3."""
    step = "v{k} : R[d]; Y{k} = tanh({y} * v{k}[None, None, :])"
    return _chain(length, "X : R[b, n, d]", step, first="X", of="Y")


def relations(length: int) -> str:
    """Every step is the solution of an equation of its own."""
    return _chain(length, "x : R[n]", "W{k} : R[n, n]; implicit y{k} : y{k} == tanh(W{k} @ y{k} + {y})")


def several_arguments(length: int) -> str:
    """Functions of two arguments, every one of which is an earlier value."""
    lines, before, other = ["x : R; z : R; f : R, R -> R"], "x", "z"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"y{k} = f({before}, {other})")
        before, other = f"y{k}", before
    return "\n".join(lines) + "\n"


def factors(length: int) -> str:
    """One product of as many vectors as there are variables, and the gradient by one of them."""
    names = [f"w{k}" for k in range(_FIRST, _FIRST + length)]
    return f"{', '.join(names)} : R[n]\nout = sum({' * '.join(names)})\ngrad out wrt {names[0]}\n"


def _formulas(length: int) -> list[str]:
    """A definition and a claim about it, in turn."""
    lines, before = [], "x"
    for k in range(_FIRST, _FIRST + length):
        lines.append(f"u_{{{k}}} = W_{{{k}}} {before}")
        lines.append(rf"\frac{{\partial u_{{{k}}}}}{{\partial {before}}} = W_{{{k}}}")
        before = f"u_{{{k}}}"
    return lines


def _declared(length: int) -> str:
    return "; ".join(["x : R[n]", *(f"W_{k} : R[n, n]" for k in range(_FIRST, _FIRST + length))])


def markdown(length: int) -> str:
    """Formulas between sentences."""
    shown = "\n\n".join(f"Then\n\n$$\n{formula}\n$$" for formula in _formulas(length))
    return f"# Layers\n\n<!-- gradcli: check; {_declared(length)} -->\n\n{shown}\n"


def tex(length: int) -> str:
    """Formulas of a paper."""
    shown = "\n".join(f"Then\n\\begin{{equation}}\n{formula}\n\\end{{equation}}" for formula in _formulas(length))
    return f"\\begin{{document}}\n% gradcli: check; {_declared(length)}\n{shown}\n\\end{{document}}\n"


def python(length: int) -> str:
    """A backward that returns as many gradients as there are arguments."""
    numbers = range(_FIRST, _FIRST + length)
    names = ", ".join(f"w{k}" for k in numbers)
    shapes = ", ".join(f"w{k}: n" for k in numbers)
    values = "\n".join(f"    y{k} = np.tanh(w{k} * x)" for k in numbers)
    terms = "\n".join(f"    s{k} = {f's{k - 1} + ' if k > _FIRST else ''}np.sum(y{k})" for k in numbers)
    gradients = "\n".join(f"    d_w{k} = (1 - y{k} ** 2) * x" for k in numbers)
    return f"""import numpy as np


# gradcli: x: n, {shapes}
def net_forward(x, {names}):
{values}
{terms}
    return s{numbers[-1]}


# gradcli: x: n, {shapes}
def net_backward(x, {names}):
{values}
{gradients}
    return {", ".join(["None", *(f"d_w{k}" for k in numbers)])}
"""


FILES: dict[str, Callable[[int], str]] = {"md": markdown, "tex": tex, "py": python}
"""Files of other ways in, by their endings."""

FAMILIES: dict[str, Callable[[int], str]] = {
    function.__name__: function
    for function in (
        *(arbitrary, scalar_sum, symmetric, jacobian, hessian_product, checks, centred, products, branches, residual),
        *(labels, parts, rank_three, relations, several_arguments, factors),
    )
}
