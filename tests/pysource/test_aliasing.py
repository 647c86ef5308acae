"""Writing in place, views, integers: read as NumPy means it, or refused; never read as something else."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from gradcli.api.program import ProgramError
from gradcli.api.python import from_python
from gradcli.emit.targets import emit_numpy

# statements over x: n d, b: d, S: 3 d, y: n of C, P: n C; `;` ends a line
BODIES = r"""
y = x; y += 1; return x * y
y = x; y = y + 1; return x * y
z = x.T; z[0] = 0; return x
a = b[:]; a += 1; return b
x.reshape(-1)[0] = 5; return x
x[0][1] = 5; return x
r = x[0]; r *= 2; return r.sum() + x.sum()
r = x[0].copy(); r[:] = 0; return x
np.multiply(x, 2, x); return x
x.fill(0); return x
x.sort(); return x
l = [x, b]; l[0] += 1; return x
p, q = x, b; p += 1; return x
t = (x, b); p, q = t; p[0] = 1; return x
c = {"x": x}; c["x"] += 1; return x
c = {"x": x}; e = c; e["x"] = b; return c["x"]
c = {"x": x}; e = c.copy(); e["x"] = b; return c["x"]
l = [x]; m = l; m[0] = b; return l[0]
l = [x]; m = l[:]; m[0] = b; return l[0]
l = [x]; m = l; l += [b]; return m[1]
l = [x]; m = l; l = l + [b]; return m[0]
y = np.asarray(x); y += 1; return x
y = np.array(x); y += 1; return x
y = x.astype(float); y += 1; return x
y = np.transpose(x); y += 1; return x
y = z = x * 2; y += 1; return z
y = x * 2; z = y[:, None]; z += 1; return y
y = x * 2; i = 0; z = y[i]; z *= 0; return y
y = x; x += 1; return y
for r in S:\n        r += 1\n    return S
for i in range(3):\n        S[i] *= 2\n    return S
def h(v):\n        v += 1\n        return v\n    y = h(x)\n    return x * y
def h(v):\n        return v.T\n    z = h(x)\n    z += 1\n    return x
def h():\n        x[0] = 0\n    h()\n    return x
x[0], x[1] = x[1], x[0]; return x
x[:-1] -= x[1:]; return x
x[1:] += x[:-1]; return x
y = x + 0; y += 1; return x * y
y = +x; y += 1; return x * y
return x.astype(int)
return np.int32(2.7) * x
m = np.zeros(3, dtype=int); m[:] = S[0]; return m
return (x > 0) + (x > 0)
return (x > 0).astype(float) + (x > 0).astype(float)
return -(-x > 0) * x
return x.sum(1) * y
return (y == 2) * x.sum(1)
return (np.arange(C) == y[:, None]) * P
return x.reshape(n * d, order="F")
return x // 2
k = -7 // 2; return x * k
k = -7 % 3; return x * k
return int(-2.7) * x
return np.tile(b, (n, 1)) * x
return np.repeat(x.sum(1)[:, None], d, axis=1)
earlier = x * 2; later = x * 3; return earlier
"""


@pytest.mark.parametrize("line", BODIES.strip().splitlines())
def test_what_is_read_is_what_numpy_computes(line: str) -> None:
    body = line.replace("\\n", "\n").replace("; ", "\n    ")
    shapes = "x: n d, b: d, S: 3 d, y: n of C, P: n C"
    head = "n, d = x.shape\n    C = P.shape[1]\n    "
    text = f"import numpy as np\n\ndef f(x, b, S, y, P):\n    {head}{body}\n"
    try:
        program = from_python(text, shapes=shapes)
    except ProgramError as refused:
        assert "cannot be read" in str(refused)
        return
    rng = np.random.default_rng(4)
    given = {name: rng.normal(size=size) for name, size in (("x", (4, 3)), ("b", 3), ("S", (3, 3)), ("P", (4, 5)))}
    given["y"] = np.array([1, 3, 3, 0])
    names: dict[str, object] = {}
    exec(text, names)
    expected = np.asarray(names["f"](**{k: v.copy() for k, v in given.items()}))  # type: ignore[operator]
    code: dict[str, object] = {}
    last = program.inner.last
    assert last is not None
    exec(emit_numpy(program.inner, last, []), code)
    value = code["value"]
    wanted = inspect.signature(value).parameters  # type: ignore[arg-type]
    found = value(**{k: v + 1 if k == "y" else v for k, v in given.items() if k in wanted})  # type: ignore[operator]
    assert np.allclose(np.squeeze(found), np.squeeze(expected))
