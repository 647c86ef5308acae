"""The head of a function: its arguments as arrays that fit together, and the lengths that the code uses.

Arrays of the right type and shape, the usual case, pass a single condition; everything else goes through the helper
`input`, which converts, fills in axes of length 1, and says what does not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gradcli.emit.interface import ArrayParameter
from gradcli.emit.numpy_dialect import NumpyDialect
from gradcli.expr.dims import Dim, solved
from gradcli.expr.shapes import is_list

_LONG = 100
_LINE = 76
_MANY = 4  # arrays whose types are better looked at in a loop
_MOST = 14  # arguments that one condition reads well for


def head(
    needed: Sequence[ArrayParameter],
    local: Mapping[str, str],
    sizes: str,
    dialect: NumpyDialect,
    helper: Callable[[str], str],
    first: Sequence[str] = (),
) -> list[str]:
    """Lines that make the arguments `needed` arrays, and give the dimensions in `local` their names.

    `first` are lines that stand before others are converted.
    """
    if not needed:
        return []
    told = _tellers(needed, dialect)
    plain = all(_rank(parameter) == len(parameter.dims) for parameter in needed)
    condition = _condition(needed, told, dialect, helper) if plain and len(needed) <= _MOST else None
    if condition is None:
        reads = [*first, f"{sizes} = {{}}", *(_read(parameter, sizes, helper("input")) for parameter in needed)]
        read = {dim: f'{sizes}["{dim}"]' for p in needed for dim in p.dims if isinstance(dim, str)}
        return [*reads, *(f"{text} = {_told(dim, read)}" for dim, text in local.items())]
    lines = [f'{p.python} = {helper("scalar")}("{p.name}", {p.python})' for p in needed if not p.dims]
    if condition:
        reads = [
            *first,
            f"{sizes} = {{}}",
            *(_read(parameter, sizes, helper("input")) for parameter in needed if parameter.dims),
        ]
        lines += [*_broken(condition), *(f"    {line}" for line in reads)]
    return [*lines, *(f"{text} = {_told(dim, told)}" for dim, text in local.items())]


def tells(name: str) -> Callable[[Dim], bool]:
    """Whether a dimension tells the size of this name."""

    def tell(dim: Dim) -> bool:
        found = solved(dim)
        return found is not None and found[0] == name

    return tell


def _told(name: str, told: Mapping[str, str]) -> str:
    """A size from the lengths that are known: itself, or what `4*h` or `n - 1` tells of it."""
    if name in told:
        return told[name]
    dim = next(dim for dim in told if tells(name)(dim))
    _, factor, rest = solved(dim) or (name, 1, 0)
    text = told[dim]
    if rest:
        text = f"{text} - {rest}" if rest > 0 else f"{text} + {-rest}"
    return text if factor == 1 else f"({text}) // {factor}" if rest else f"{text} // {factor}"


def _rank(parameter: ArrayParameter) -> int:
    return 1 if is_list(parameter.node.shape) else len(parameter.node.shape)


def _read(parameter: ArrayParameter, sizes: str, name: str) -> str:
    dims = "".join(f", {dim!r}" if isinstance(dim, int) else f', "{dim}"' for dim in parameter.dims)
    read = f'{name}({sizes}, "{parameter.name}", {parameter.python}{dims})'
    rank = _rank(parameter)
    if rank == len(parameter.dims):
        return f"{parameter.python} = {read}"
    return f"{parameter.python} = {read}.reshape({'-1' if rank else '()'})"


def _tellers(needed: Sequence[ArrayParameter], dialect: NumpyDialect) -> dict[str, str]:
    """What tells each dimension: a list where there is one."""
    told: dict[str, str] = {}
    for parameter in _lists_first(needed):
        for axis, dim in enumerate(parameter.dims):
            if isinstance(dim, str) and dim not in told:
                only = len(parameter.dims) == 1
                told[dim] = dialect.length(parameter.python) if only else f"{parameter.python}.shape[{axis}]"
    return told


def _lists_first(needed: Sequence[ArrayParameter]) -> list[ArrayParameter]:
    return sorted(needed, key=lambda parameter: len(parameter.dims) != 1)


def _condition(
    needed: Sequence[ArrayParameter], told: Mapping[str, str], dialect: NumpyDialect, helper: Callable[[str], str]
) -> list[str] | None:
    """The parts of the condition under which the arguments are as they should be."""
    arrays = [p for p in _lists_first(needed) if p.dims]
    fast = dialect.fast_arrays(helper)
    if fast is None:
        return None
    kind, dtype = fast
    parts = []
    real, labels = [p for p in arrays if not p.labels], [p for p in arrays if p.labels]
    if len(real) > _MANY:
        parts.append(f"{helper('plain')}({', '.join(p.python for p in real)})")
    elif real:
        parts.append(" is ".join([*(f"type({p.python})" for p in real), kind]))
        parts.append(" is ".join([*(f"{p.python}.dtype" for p in real), dtype]))
    if labels:
        parts.append(" is ".join([*(f"type({p.python})" for p in labels), kind]))
        parts += [dialect.is_whole(p.python) for p in labels]
    ranks: dict[int, list[str]] = {}
    shapes = []
    for alike in _alike(arrays):
        first = alike[0]
        wanted = [_wanted(first, axis, dim, told) for axis, dim in enumerate(first.dims)]
        if all(wanted):
            shapes += _chained(alike, f"({', '.join(map(str, wanted))}{',' * (len(wanted) == 1)})")
            continue
        ranks.setdefault(len(first.dims), []).append(f"{first.python}.ndim")
        shapes += [f"{first.python}.shape[{axis}] == {want}" for axis, want in enumerate(wanted) if want]
        shapes += _chained(alike[1:], f"{first.python}.shape")
    return [*parts, *(" == ".join([*names, str(rank)]) for rank, names in ranks.items()), *shapes]


def _chained(arrays: Sequence[ArrayParameter], shape: str) -> list[str]:
    """`A.shape == B.shape == shape`, as often as it takes lines."""
    lines: list[str] = []
    for parameter in arrays:
        text = f"{parameter.python}.shape == "
        if lines and len(lines[-1]) + len(text) + len(shape) < _LINE:
            lines[-1] += text
        else:
            lines.append(text)
    return [line + shape for line in lines]


def _alike(arrays: Sequence[ArrayParameter]) -> list[list[ArrayParameter]]:
    """Arrays of one shape together; a length of 0 may be any, so that it tells nothing of two arrays."""
    groups: dict[object, list[ArrayParameter]] = {}
    for parameter in arrays:
        key: object = parameter.python if 0 in parameter.dims else parameter.dims
        groups.setdefault(key, []).append(parameter)
    return list(groups.values())


def _wanted(parameter: ArrayParameter, axis: int, dim: str | int, told: Mapping[str, str]) -> str | None:
    """What a length has to equal; None where it tells the dimension itself, or may be anything."""
    if isinstance(dim, int):
        return str(dim) if dim else None
    here = (f"len({parameter.python})", f"{parameter.python}.shape[{axis}]")
    return told[dim] if told[dim] not in here else None


def _broken(parts: list[str]) -> list[str]:
    """`if not (...):`, on several lines where one does not hold it."""
    line = f"if not ({' and '.join(parts)}):"
    if len(line) <= _LONG:
        return [line]
    return ["if not (", f"    {parts[0]}", *(f"    and {part}" for part in parts[1:]), "):"]
