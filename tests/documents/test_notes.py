"""Derivations as lecture notes write them."""

from __future__ import annotations

from tests.documents.reading import checked, of

DENSE = "W : R[m, n]; x : R[n]"


def test_a_chain_by_components_is_proved() -> None:
    assert of(
        DENSE,
        "y = Wx",
        r"\frac{\partial f}{\partial w_{ij}} = \sum_{k=1}^m \frac{\partial f}{\partial y_k} \frac{\partial y_k}"
        r"{\partial w_{ij}} = \sum_{k=1}^m \left(\frac{\partial f}{\partial y_k}"
        r" \frac{\partial \sum_{l=1}^n (w_{kl} x_l)}"
        r"{\partial w_{ij}} \right) = \frac{\partial f}{\partial y_i} x_j",
    ) == ["true"]


def test_matrices_with_dots_are_the_arrays_that_their_corners_say() -> None:
    assert of(
        DENSE,
        "y = Wx",
        r"\begin{bmatrix} \frac{\partial f}{\partial w_{11}} & \dots & \frac{\partial f}{\partial w_{1n}}"
        r" \\ \dots & \dots"
        r" & \dots \\ \frac{\partial f}{\partial w_{m1}} & \dots & \frac{\partial f}{\partial w_{mn}} \end{bmatrix}"
        r" = \begin{bmatrix} \frac{\partial f}{\partial y_1} \\ \dots \\ \frac{\partial f}{\partial y_m} \end{bmatrix}"
        r" \begin{bmatrix} x_1 & \dots & x_n \end{bmatrix}",
    ) == ["true"]


def test_a_lost_transpose_is_found_at_its_line() -> None:
    text = f"""<!-- gradcli: check; {DENSE} -->
$$u = Wx$$
$$y = g(u)$$
$$\\nabla_x f = W^T ((\\nabla_y f) \\odot g'(u))$$
$$\\nabla_x f = W (\\nabla_u f)$$
"""
    found = checked(text)
    assert [verdict.kind for verdict in found.verdicts] == ["proved", "refuted"]
    wrong = found.verdicts[1]
    assert text[: wrong.statement.start].count("\n") + 1 == 5
    assert wrong.text == r"\nabla_x f = W (\nabla_u f)"
