"""Plain data as TOML text, in one fixed layout."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
WIDTH = 100


def toml_text(data: Mapping[str, Any]) -> str:
    """Return plain data as TOML; read again it is the same data.

    Tables of the first level are written as ``[name]`` or ``[[name]]``, and tables of tables as
    ``[name.key]``; all below is inline, one key a line.

    Raises
    ------
    TypeError
        For a value that TOML has no form for.
    """
    blocks = ["".join(f"{_key(k)} = {_value(v)}\n" for k, v in data.items() if not _apart(v))]
    for name, value in data.items():
        if isinstance(value, Mapping):
            blocks += _tables(_key(name), value)
        elif _apart(value):
            blocks += [f"[[{_key(name)}]]\n{_body(row)}" for row in value]
    return "\n".join(block for block in blocks if block)


def _apart(value: object) -> bool:
    rows = isinstance(value, list) and bool(value) and all(isinstance(x, Mapping) for x in value)
    return isinstance(value, Mapping) or rows


def _tables(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    if len(inner) < len(table) or not table:
        plain = {key: value for key, value in table.items() if key not in inner}
        yield f"[{name}]\n{_body(plain)}"
    for key, value in inner.items():
        yield f"[{name}.{_key(key)}]\n{_body(value)}"


def _body(table: Mapping[str, Any]) -> str:
    return "".join(_line(_key(key), value) for key, value in table.items())


def _line(key: str, value: object) -> str:
    plain = f"{key} = {_value(value)}"
    if len(plain) <= WIDTH or not isinstance(value, list):
        return f"{plain}\n"
    return f"{key} = [\n" + "".join(f"    {_value(item)},\n" for item in value) + "]\n"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    msg = f"TOML has no form for {type(value).__name__}"
    raise TypeError(msg)
