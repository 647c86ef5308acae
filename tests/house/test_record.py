"""Records are data classes to all who use them."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from gradcli import record


@record.dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    note: str = record.field(default="", compare=False)


@record.dataclass(frozen=True, slots=True)
class Lifted(Point):
    z: int = 3


@record.dataclass(slots=True)
class Bag:
    name: str
    items: list[int] = record.field(default_factory=list)

    def __post_init__(self) -> None:
        self.items.append(0)


@record.dataclass(frozen=True)
class Open:
    x: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Open)


def test_arguments_by_place_and_by_name_and_left_out() -> None:
    assert (Point(1).x, Point(1).y) == (1, 2)
    assert Lifted(1, z=5).z == 5
    assert Bag("a").items == [0] and Bag("a").items is not Bag("a").items
    with pytest.raises(TypeError, match="positional argument"):
        Point()  # type: ignore[call-arg]


def test_equal_records_have_equal_hashes() -> None:
    assert Point(1, 2, "a") == Point(1, 2, "b") != Point(2)
    assert hash(Point(1, note="a")) == hash(Point(1))
    assert Point(1) != Lifted(1)
    assert Open(1) == Open(2)
    assert Bag("a") == Bag("a")
    with pytest.raises(TypeError, match="unhashable"):
        hash(Bag("a"))


def test_a_frozen_record_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="'x'"):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="'x'"):
        del Lifted(1).x  # type: ignore[misc]
    assert not hasattr(Point(1), "__dict__")


def test_the_tools_of_data_classes_know_them() -> None:
    assert [each.name for each in dataclasses.fields(Lifted)] == ["x", "y", "note", "z"]
    assert dataclasses.is_dataclass(Point) and dataclasses.asdict(Point(1)) == {"x": 1, "y": 2, "note": ""}
    assert dataclasses.replace(Lifted(1), y=7) == record.replace(Lifted(1), y=7) == Lifted(1, 7)
    assert repr(Lifted(1)) == "Lifted(x=1, y=2, note='', z=3)"
    match Lifted(4):
        case Point(x, y):
            assert (x, y) == (4, 2)


def test_copies_are_equal() -> None:
    for made in (Point(1, 2, "a"), Lifted(1), Open(1)):
        assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == copy.copy(made) == made
