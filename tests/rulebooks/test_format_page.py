"""The page on the format names every field and every word of every record."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from creditaudit.rulebooks import records, rule_records
from creditaudit.rulebooks.readers import MARKS

PAGE = (Path(__file__).parents[2] / "docs/reference/rulebook_format.md").read_text("utf-8")
NAMED = set(re.findall(r"[A-Za-z_0-9*]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
RECORDS = {
    found
    for module in (records, rule_records)
    for found in vars(module).values()
    if is_dataclass(found) and found.__module__ == module.__name__
}


def words_of(hint):
    if get_origin(hint) is Literal:
        return {word for word in get_args(hint) if isinstance(word, str)}
    return {word for part in get_args(hint) for word in words_of(part)}


@pytest.mark.parametrize(
    "record", sorted(RECORDS, key=lambda r: r.__name__), ids=lambda r: r.__name__
)
def test_every_field_and_word_is_named_on_the_page(record):
    keys = {field.name.rstrip("_") for field in fields(record)}
    if record is records.Contents:
        keys = {name for name in keys if f"[{name}" not in PAGE.replace("[[", "[")}
    hints = get_type_hints(record)
    words = {word for hint in hints.values() for word in words_of(hint)}
    if record is records.OwnColumn:
        words = set()  # those of the vocabulary
    if record is records.DatedParameter:
        words = set()
    assert sorted((keys | words) - NAMED) == []


def test_every_mark_is_explained():
    assert [mark for mark in MARKS if f"`{mark}`" not in PAGE] == []
