"""Taking over what the product ships now into an operation's own declaration, without touching its changes.

Declarations are compared piece by piece: a column's label in one language, a choice, a bound of a rule. With
the shipped declaration that the operation began from, who changed a piece is known (three-way); without it,
what the operation lacks is new, and what differs is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cluster4w.template.declaration import Declaration
from cluster4w.template.text import fold, fold_header


class Change(StrEnum):
    """What becomes of a piece that differs.

    * ``new``, ``changed``, ``removed``: by the product alone; taken over.
    * ``asked``: both changed it, or nobody knows who did; the operation's stays unless it is chosen.
    * ``own``: by the operation alone; it stays.
    * ``in_use``: the product has it no longer; it stays, since rows may use it.
    """

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    ASKED = "asked"
    OWN = "own"
    IN_USE = "in_use"


TAKEN = (Change.NEW, Change.CHANGED, Change.REMOVED)
#: The parts of a path are keys of the declaration; none holds this.
_BETWEEN = "\x1f"
_ABSENT: Final = object()
#: Mappings that are one value: taken or left as a whole.
_WHOLE = ("required", "only", "only_when")
#: What rows of the record may use: never removed.
_USED = (("columns",), ("lists",), ("layouts",))

Path = tuple[str, ...]
Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One piece that differs; values are as the declaration writes them, None where one side has none."""

    path: Path
    change: Change
    ours: Any
    shipped: Any

    @property
    def id(self) -> str:
        """The name of the piece in forms."""
        return _BETWEEN.join(self.path)


@dataclass(frozen=True, slots=True)
class Merged:
    """The declaration that taking over makes, and every piece that differs."""

    declaration: dict[str, Any]
    differences: tuple[Difference, ...]

    def of(self, *changes: Change) -> list[Difference]:
        """Return the differences of these kinds."""
        return [d for d in self.differences if d.change in changes]


def merge(
    own: Declaration,
    shipped: Declaration,
    base: Declaration | None,
    chosen: Collection[str] = (),
    *,
    own_rules: Collection[str] = (),
) -> Merged:
    """Return an operation's declaration with what is shipped now.

    Args:
        own: the operation's.
        shipped: what the product ships now.
        base: what it shipped when the operation last took it over; None where that is not known.
        chosen: ids of asked pieces for which the product's is taken.
        own_rules: codes of rules whose bounds the operation set itself, where ``base`` is not known.
    """
    merging = _Merging(base is not None, frozenset(chosen), frozenset(own_rules))
    trees = tree(own), tree(shipped), tree(base) if base is not None else {}
    merged = merging.merge(*trees, ())
    merging.leave_out(merged, trees[1])
    declaration = _flat(merged, own)
    keep_spellings(own, declaration)
    return Merged(declaration, tuple(merging.found))


def tree(declaration: Declaration) -> Tree:
    """Return a declaration with its lists of tables under their keys."""
    return {
        "columns": _by_key(declaration["columns"]),
        "lists": {name: _by_key(choices) for name, choices in declaration["lists"].items()},
        "rules": dict(_by_rule(declaration.get("rules", ()))),
        "layouts": {
            str(layout["name"]): {**layout, "columns": _by_key(layout["columns"])}
            for layout in declaration.get("layouts", ())
        },
    }


def _flat(merged: Tree, own: Declaration) -> dict[str, Any]:
    return {
        **own,
        "columns": list(merged["columns"].values()),
        "lists": {name: list(choices.values()) for name, choices in merged["lists"].items()},
        "rules": list(merged["rules"].values()),
        "layouts": [
            {**layout, "columns": list(layout["columns"].values())} for layout in merged["layouts"].values()
        ],
    }


def _by_key(entries: Iterable[Mapping[str, Any]]) -> Tree:
    return {str(entry["key"]): dict(entry) for entry in entries}


def _by_rule(rules: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Tree]]:
    """Yield rules with what makes one the same in two declarations: what it compares, for which rows."""
    seen: dict[str, int] = {}
    for rule in rules:
        only = ";".join(f"{k}={','.join(v)}" for k, v in sorted(rule.get("only", {}).items()))
        parts = [rule["code"], rule["check"], *(str(rule.get(k, "")) for k in ("a", "b", "total")), only]
        name = "|".join(parts)
        seen[name] = seen.get(name, 0) + 1
        yield f"{name}|{seen[name]}", dict(rule)


class _Merging:
    def __init__(self, known: bool, chosen: frozenset[str], own_rules: frozenset[str]) -> None:
        self.known = known
        self.chosen = chosen
        self.own_rules = own_rules
        self.found: list[Difference] = []

    def merge(self, own: Tree, shipped: Tree, base: Mapping[str, Any], path: Path) -> Tree:
        merged: Tree = {}
        for key in _in_order(own, shipped):
            mine, theirs, was = (side.get(key, _ABSENT) for side in (own, shipped, base))
            here = (*path, key)
            if mine == theirs:
                kept = mine
            elif key == "aliases" and _ABSENT not in (mine, theirs):
                kept = self._aliases(mine, theirs, () if was is _ABSENT else was, here)
            elif _goes_deeper(key, mine, theirs):
                kept = self.merge(mine, theirs, was if isinstance(was, Mapping) else {}, here)
            else:
                kept = self._piece(mine, theirs, was, here)
            if kept is not _ABSENT:
                merged[key] = kept
        return merged

    def leave_out(self, merged: Tree, shipped: Tree) -> None:
        """Leave out what is new and would contradict the operation's own changes.

        A rule or a place in a layout of a column that the operation does not have, and a spelling that is
        another column's or choice's in the operation.
        """
        has = merged["columns"]
        left = set()
        for d in self.found:
            if d.change is not Change.NEW:
                continue
            if d.path[0] == "rules" and not has.keys() >= _columns_of(merged["rules"].get(d.path[1], {})):
                merged["rules"].pop(d.path[1])
                left.add(d.id)
            elif d.path[0] == "layouts" and len(d.path) == 4 and d.path[3] not in has:
                merged["layouts"][d.path[1]]["columns"].pop(d.path[3])
                left.add(d.id)
        self.found = [d for d in self.found if d.id not in left]
        families: list[tuple[Path, Tree, Tree]] = [(("columns",), has, shipped["columns"])]
        families += [
            (("lists", n), known, shipped["lists"].get(n, {})) for n, known in merged["lists"].items()
        ]
        for path, ours, theirs in families:
            self.found = list(_without_clashes(self.found, path, ours, theirs))

    def _say(self, path: Path, change: Change, ours: Any, shipped: Any) -> None:
        sides = [None if side is _ABSENT else side for side in (ours, shipped)]
        self.found.append(Difference(path, change, *sides))

    def _piece(self, mine: Any, theirs: Any, was: Any, path: Path) -> Any:
        change = self._change(mine, theirs, was, path)
        self._say(path, change, mine, theirs)
        if change in TAKEN or (change is Change.ASKED and _BETWEEN.join(path) in self.chosen):
            return theirs
        return mine

    def _change(self, mine: Any, theirs: Any, was: Any, path: Path) -> Change:
        if mine is _ABSENT:
            return Change.NEW if was is _ABSENT else Change.OWN
        if theirs is _ABSENT:
            if was is _ABSENT or was != mine:
                return Change.OWN
            return Change.IN_USE if _may_be_used(path) else Change.REMOVED
        if self.known:
            return Change.CHANGED if mine == was else Change.OWN if theirs == was else Change.ASKED
        bounds = path[0] == "rules" and path[-1] in ("low", "high")
        return Change.OWN if bounds and path[1].partition("|")[0] in self.own_rules else Change.ASKED

    def _aliases(self, mine: Any, theirs: Any, was: Any, path: Path) -> list[str]:
        """Return spellings of both sides: each one is a piece."""
        have = set(map(fold, mine))
        new = [a for a in theirs if fold(a) not in have and a not in was]
        gone = [a for a in mine if a in was and a not in theirs]
        own = [a for a in mine if a not in was and a not in theirs]
        dropped = [a for a in was if a in theirs and a not in mine]
        for change, ours, shipped in (
            (Change.NEW, [], new),
            (Change.REMOVED, gone, []),
            (Change.OWN, own, dropped),
        ):
            if ours or shipped:
                self._say(path, change, ours or None, shipped or None)
        return [a for a in mine if a not in gone] + new


def _goes_deeper(key: str, mine: Any, theirs: Any) -> bool:
    if key in _WHOLE or not (isinstance(mine, Mapping) and isinstance(theirs, Mapping)):
        return False
    # A column that the operation made is its own as a whole, whatever the product now calls so.
    return bool(mine.get("added")) == bool(theirs.get("added"))


def _may_be_used(path: Path) -> bool:
    return (len(path) == 2 and path[:1] in _USED) or (len(path) == 3 and path[0] == "lists")


def _in_order(own: Tree, shipped: Tree) -> list[str]:
    """Return the keys of both, the operation's in its order, each new one where it is shipped."""
    keys = list(own)
    before: str | None = None
    for key in shipped:
        if key not in own:
            keys.insert(keys.index(before) + 1 if before is not None else 0, key)
        before = key
    return keys


def _columns_of(rule: Mapping[str, Any]) -> set[str]:
    """Return the columns that a rule names."""
    named = [*(rule.get(k, "") for k in ("a", "b", "total")), *rule.get("parts", ())]
    return {k for k in (*named, *rule.get("columns", ()), *rule.get("only", {})) if k}


def _spelt(entry: Mapping[str, Any]) -> set[str]:
    label = entry.get("label", {})
    labels = label.values() if isinstance(label, Mapping) else [label]
    return {fold(s) for s in (*labels, *entry.get("aliases", ()))}


def _without_clashes(
    found: Iterable[Difference], path: Path, ours: Tree, theirs: Tree
) -> Iterator[Difference]:
    """Yield the differences, new aliases of a family without those that are another's in the operation."""
    for d in found:
        at = len(path)
        if d.path[:at] != path or d.path[at + 1 :] != ("aliases",) or d.change is not Change.NEW:
            yield d
            continue
        key = d.path[at]
        taken = {s for k, e in ours.items() if k != key for s in _spelt(e)}
        taken -= {s for k, e in theirs.items() if k != key for s in _spelt(e)}
        kept = [a for a in d.shipped if fold(a) not in taken]
        left = [a for a in d.shipped if a not in kept]
        ours[key]["aliases"] = [a for a in ours[key]["aliases"] if a not in left]
        if kept:
            yield Difference(d.path, d.change, d.ours, kept)


# --- files made from the earlier version ----------------------------------------------------------


def keep_spellings(before: Declaration, after: dict[str, Any]) -> None:
    """Let columns and choices of ``after`` go by what they were called in ``before``, too.

    A workbook that was made from the earlier version comes in as well as before. A spelling that is now
    another's is left to it. ``after`` is changed in place; entries that gain a spelling are replaced.
    """
    after["columns"] = _called(
        before["columns"], after["columns"], _headers(before), _headers(after), fold_header
    )
    after["lists"] = {
        name: _called(before["lists"].get(name, ()), choices, _texts(before, name), _texts(after, name), fold)
        for name, choices in after["lists"].items()
    }


def _called(
    before: Iterable[Any],
    after: list[Any],
    told: Mapping[str, list[str]],
    tells: Mapping[str, list[str]],
    folded: Callable[[str], str],
) -> list[Any]:
    known = {folded(s) for entry in after for s in (*_written(entry, tells), *entry.get("aliases", ()))}
    earlier = {str(entry["key"]): _written(entry, told) for entry in before}
    entries = []
    for entry in after:
        missing = {f: s for s in earlier.get(str(entry["key"]), ()) if (f := folded(s)) and f not in known}
        more = [*entry.get("aliases", ()), *missing.values()]
        entries.append({**entry, "aliases": more} if missing else entry)
    return entries


def _written(entry: Mapping[str, Any], elsewhere: Mapping[str, list[str]]) -> list[str]:
    """Return how workbooks write a column or a choice."""
    return [*_labels(entry.get("label", {})), *elsewhere.get(str(entry["key"]), ())]


def _labels(raw: Any) -> Iterable[str]:
    return list(raw.values()) if isinstance(raw, Mapping) else [str(raw)]


def _headers(declaration: Declaration) -> dict[str, list[str]]:
    """Return column key to the headers that layouts give it."""
    found: dict[str, list[str]] = {}
    for layout in declaration.get("layouts", ()):
        for column in layout["columns"]:
            if "header" in column:
                found.setdefault(str(column["key"]), []).extend(_labels(column["header"]))
    return found


def _texts(declaration: Declaration, list_name: str) -> dict[str, list[str]]:
    """Return choice key to the texts that layouts write for it."""
    found: dict[str, list[str]] = {}
    for layout in declaration.get("layouts", ()):
        for key, text in layout.get("texts", {}).get(list_name, {}).items():
            found.setdefault(str(key), []).append(str(text))
    return found
