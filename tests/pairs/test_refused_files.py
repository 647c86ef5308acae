"""Files that do harm when they are run, or are not what they say: refused at the line, or read rightly; never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.pairs.check import check_python
from gradcli.syntax.ast import Source

PAIR = """
# gradcli: x: n d, w: d m
def layer_forward(x, w, eps=1e-5):
    h = np.exp(x) @ w
    return h * scale(h), (x, w)


def layer_backward(dout, cache):
    x, w = cache
    e = np.exp(x)
    h = e @ w
    dh = dout * 2 * h
    return dh @ w.T * e, e.T @ dh


def scale(h):
    return h
"""

# before the pair, behind the pair, what the refusal shows; None where the file is to be read all the same
FILES: dict[str, tuple[str, str, str | None]] = {
    "plain": ("", "", None),
    "harm at the top": ("open(MARK, 'w').close()\nraise SystemExit(3)", "", None),
    "harm in an import": ("import os.path\nfrom somewhere import *\n__import__('os').remove(MARK)", "", None),
    "a rebound function": ("np.exp = lambda t: t", "", "np.exp(x)"),
    "setattr on a module": ("setattr(np, 'exp', np.sin)", "", "np.exp(x)"),
    "any attribute of a module": ("for k in ['exp']:\n    setattr(np, k, np.sin)", "", "np.exp(x)"),
    "the dictionary of a module": ("np.__dict__['exp'] = np.sin", "", "np.exp(x)"),
    "vars of a module": ("vars(np)['exp'] = np.sin", "", "np.exp(x)"),
    "rebound by a function": ("def patch():\n    np.exp = np.sin\n\npatch()", "", "np.exp(x)"),
    "rebound behind": ("", "np.exp = np.sin", "np.exp(x)"),
    "exec": ("exec('np = None')", "", "exec('np = None')"),
    "exec behind": ("", "exec(open('x').read())", "exec(open('x').read())"),
    "globals": ("", "globals()['scale'] = None", "globals()['scale']"),
    "globals by update": ("", "globals().update(scale=None)", "globals().update(scale=None)"),
    "a helper bound again": ("", "scale = np.sin", "scale(h)"),
    "a helper imported over": ("", "from other import scale", "scale(h)"),
    "a helper under a condition": ("", "if np.pi > 3:\n    def scale(h):\n        return 1", "scale(h)"),
    "a helper deleted": ("", "del scale", "scale(h)"),
    "a helper that a function replaces": (
        "def swap():\n    global scale\n    scale = None\n\nswap()", "", "scale(h)",
    ),
    "the backward bound again": ("", "layer_backward = None", "layer_backward = None"),
    "the forward wrapped": ("", "layer_forward = np.vectorize(layer_forward)", "layer_forward = "),
    "the forward compiled": ("import jax", "layer_forward = jax.jit(layer_forward)", None),
    "np of another file": ("from mine import np", "", "np.exp"),
    "a module chosen as it runs": ("for np in [np]:\n    pass", "", "np.exp"),
    "a decorated helper": ("", "", "@twice"),
}  # fmt: skip


def _file(title: str) -> tuple[str, str | None]:
    before, behind, shown = FILES[title]
    pair = PAIR.replace("def scale", "@twice\ndef scale") if title == "a decorated helper" else PAIR
    return f"import numpy as np\n{before}\n{pair}\n{behind}\n", shown


@pytest.mark.parametrize("title", FILES)
def test_what_a_file_changes_as_it_runs_is_refused(title: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text, shown = _file(title)
    found = check_python(Source("layer.py", text.replace("MARK", repr(str(mark))))).verdicts
    assert not mark.exists()
    if shown is None:
        assert [v.kind for v in found] == ["proved", "proved"]
        return
    (verdict,) = found
    assert verdict.kind == "error"
    line = verdict.source.text[: verdict.span.end].rpartition("\n")[2]
    assert shown in line


BODIES = {
    "while": "while n:\n        n = n - 1\n    return x",
    "a condition on values": "if x.sum() > 0:\n        x = -x\n    return x",
    "a loop over rows": "for row in x:\n        x = x + row\n    return x",
    "recursion": "return layer(x, n)",
    "a generator": "yield x",
    "await": "return (lambda: (yield x))()",
    "try": "try:\n        return x\n    except ValueError:\n        return -x",
    "match": "match n:\n        case 1:\n            return x\n    return x",
    "global": "global STATE\n    STATE = x\n    return x",
    "nonlocal": "k = 1\n    def inner():\n        nonlocal k\n        k = 2\n    inner()\n    return k * x",
    "another module's function": "return helpers.f(x)",
    "random": "return x * np.random.rand()",
    "vectorize": "return np.vectorize(lambda t: t)(x)",
    "apply": "return np.apply_along_axis(np.sum, 0, x)",
    "with": "with open('f') as f:\n        return x",
    "a mutable default": "def inner(v, seen=[]):\n        seen.append(v)\n        return seen[0]\n    return inner(x)",
    "a class inside": "class A:\n        pass\n    return x",
    "getattr of a computed name": "return getattr(x, 'su' + 'm')()",
    "dunder": "return x.__class__(x)",
    "ctypes": "return x.ctypes.data * x",
    "eval": "return eval('x')",
    "compile": "return compile('x', '', 'eval') and x",
    "floor": "return x // 2",
    "shift": "return x << 1",
    "integers": "return x.astype(np.int32)",
    "integers by array": "return np.array(x, dtype=int)",
    "order of memory": "return x.reshape(x.shape[::-1], order='F')",
    "in place by relu": "import torch.nn.functional as F\n    return F.relu(x, inplace=True)",
    "truth added": "return ((x > 0) + (x > 0)) * x",
    "strings": "return x * len('abc' % n)",
    "a step": "return x[::2]",
    "break": "for i in range(3):\n        if i == 1:\n            break\n        x = x + 1\n    return x",
    "del of a row": "del x[0]\n    return x",
    "set comprehension": "return {x for _ in range(2)}.pop()",
    "a walrus in a test": "return y if (y := x.sum()) > 0 else x",
    "star arguments unknown": "return np.add(*args)",
}


@pytest.mark.parametrize("title", BODIES)
def test_constructs_outside_of_the_subset_are_refused_with_their_line(title: str) -> None:
    head = f"import numpy as np\nimport helpers\n\n# gradcli: x: n d\ndef layer(x, n=2, *args):\n    {BODIES[title]}\n"
    text = f"{head}\n\ndef layer_backward(dout, x):\n    return dout\n"
    (verdict,) = check_python(Source("layer.py", text)).verdicts
    assert verdict.kind == "error"
    assert text.index("def layer") < verdict.span.start < len(head), verdict.reason


def test_a_class_whose_attributes_are_not_what_they_say() -> None:
    body = """
import numpy as np

class Dense:
    EXTRA
    # gradcli: x: n d, W: d m
    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T
"""
    plain = check_python(Source("a.py", body.replace("EXTRA", "scale = 2"))).verdicts
    assert [v.kind for v in plain] == ["proved", "proved"]
    for extra in ("def __getattr__(self, name):\n        return 0", "def __setattr__(self, n, v):\n        pass"):
        (told,) = check_python(Source("a.py", body.replace("EXTRA", extra))).verdicts
        assert told.kind == "error" and "may change what the class" in told.reason
    patched = check_python(
        Source("a.py", f"{body.replace('EXTRA', '')}\nDense.backward = lambda self, d: d\n")
    ).verdicts
    assert [v.kind for v in patched] == ["error"]
    decorated = body.replace("EXTRA", "").replace("class Dense", "@register\nclass Dense")
    assert [v.kind for v in check_python(Source("a.py", decorated)).verdicts] == ["error"]
