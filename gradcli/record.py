"""Data classes whose methods are written when they are first called.

`dataclasses.dataclass` compiles six functions for every class where it is defined: a short answer would spend a
third of its time on methods that it never calls.  The classes made here are the same to their users (`match`,
`dataclasses.fields`, `replace` and `is_dataclass` know them, and type checkers take them for what they are); their
constructors are compiled at the first call, and nothing else is compiled at all.
"""

from __future__ import annotations

TYPE_CHECKING = False  # a type checker takes it for true, and `typing` need not be loaded
if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:
    from operator import attrgetter

    _NONE = object()

    class _Field:
        """What is known of a field beside its name: its default, what makes one, whether it is compared, its type."""

        __slots__ = ("compare", "default", "factory", "kind")

        def __init__(self, default=_NONE, factory=_NONE, compare=True):
            self.kind = ""
            self.default = default
            self.factory = factory
            self.compare = compare

    def field(*, default=_NONE, default_factory=_NONE, compare=True):
        """As `dataclasses.field`."""
        return _Field(default, default_factory, compare)

    def dataclass(*, frozen=False, slots=False, eq=True):
        """As `dataclasses.dataclass`."""
        return lambda cls: _made(cls, frozen, slots, eq)

    def replace(record, /, **changes):
        """As `dataclasses.replace`."""
        cls = type(record)
        for name in cls.__match_args__:
            if name not in changes:
                changes[name] = getattr(record, name)
        return cls(**changes)

    def _made(cls, frozen, slots, eq):
        space = dict(cls.__dict__)
        fields = {}
        for base in reversed(cls.__mro__[1:]):
            fields.update(base.__dict__.get("__record__", ()))
        kinds = space.get("__annotations__", {})
        own = [name for name, kind in kinds.items() if not kind.startswith("ClassVar")]
        if slots:
            space["__slots__"] = tuple(name for name in own if name not in fields)
        for name in own:
            value = space.pop(name, _NONE)
            fields[name] = value if isinstance(value, _Field) else _Field(value)
            fields[name].kind = kinds[name]
        space.pop("__dict__", None)
        space.pop("__weakref__", None)
        space.update(__record__=fields, __match_args__=tuple(fields), __init__=_unwritten)
        space.update(__dataclass_fields__=_FieldsOnDemand(), __reduce__=_reduced)
        space.setdefault("__repr__", _shown)
        if frozen:
            space.update(__setattr__=_refused, __delattr__=_refused)
        if eq:
            if "__eq__" in space and space["__hash__"] is None:  # what Python says of a class that only compares
                del space["__hash__"]
            compared = [name for name, about in fields.items() if about.compare]
            space.setdefault("__eq__", _equal_by(compared))
            space.setdefault("__hash__", _hash_by(compared) if frozen else None)
        return type(cls)(cls.__name__, cls.__bases__, space)

    def _unwritten(self, /, *args, **kwargs):
        """Stands for the constructor until it is called."""
        for cls in type(self).__mro__:
            if cls.__dict__.get("__init__") is _unwritten:
                cls.__init__ = _constructor(cls)
                break
        self.__init__(*args, **kwargs)

    def _constructor(cls):
        """`__init__(self, a, b=...)`, which sets the slots themselves: a frozen record refuses to set attributes."""
        known = {}
        head = []
        body = []
        for name, about in cls.__record__.items():
            slot = getattr(cls, name, None)
            value = name
            if about.factory is not _NONE:
                known["_none"] = _NONE
                known[f"make_{name}"] = about.factory
                head.append(f"{name}=_none")
                value = f"make_{name}() if {name} is _none else {name}"
            elif about.default is not _NONE:
                known[f"default_{name}"] = about.default
                head.append(f"{name}=default_{name}")
            else:
                head.append(name)
            if slot is None:
                body.append(f" self.__dict__[{name!r}] = {value}")
            else:
                known[f"set_{name}"] = slot.__set__
                body.append(f" set_{name}(self, {value})")
        if hasattr(cls, "__post_init__"):
            body.append(" self.__post_init__()")
        exec(f"def __init__({', '.join(['self', *head])}):\n" + "\n".join(body or [" pass"]), known)
        made = known["__init__"]
        made.__qualname__ = f"{cls.__qualname__}.__init__"
        return made

    def _values(record):
        return [getattr(record, name) for name in record.__match_args__]

    def _reduced(record):
        return type(record), tuple(_values(record))

    def _shown(record):
        inner = ", ".join(f"{name}={getattr(record, name)!r}" for name in record.__match_args__)
        return f"{type(record).__qualname__}({inner})"

    def _refused(record, name, *value):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot change field {name!r}")

    def _equal_by(names):
        if not names:
            return lambda one, other: True if type(one) is type(other) else NotImplemented
        key = attrgetter(*names)

        def __eq__(self, other):
            return key(self) == key(other) if type(self) is type(other) else NotImplemented

        return __eq__

    def _hash_by(names):
        if not names:
            return lambda one: hash(())
        key = attrgetter(*names)
        return lambda self: hash(key(self))

    class _FieldsOnDemand:
        """`__dataclass_fields__`, asked of a class or of a record: written when something looks at it."""

        def __get__(self, record, cls):
            from dataclasses import field as standard
            from dataclasses import make_dataclass

            for owner in cls.__mro__:
                if owner.__dict__.get("__dataclass_fields__") is self:
                    break
            told = []
            for name, about in owner.__record__.items():
                options = {"compare": about.compare}
                if about.factory is not _NONE:
                    options["default_factory"] = about.factory
                elif about.default is not _NONE:
                    options["default"] = about.default
                told.append((name, about.kind, standard(**options)))
            found = make_dataclass(owner.__name__, told).__dataclass_fields__
            owner.__dataclass_fields__ = found
            return found
