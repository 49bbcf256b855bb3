"""No file of the project holds a number that a person or a firm could have."""

import re
from pathlib import Path

import pytest

from creditaudit.populations.identifiers import check_credit_codes, check_resident_ids

ROOT = Path(__file__).parent.parent
FOLDERS = ("src", "tests", "docs", "examples", "benchmarks", "synthetic_data")
ENDINGS = {".py", ".toml", ".md", ".csv", ".json", ".txt", ".html", ".sql", ".cff", ".yaml", ".yml"}
# The example printed in GB 11643, and two codes that firms publish themselves.
PUBLISHED = {"11010519491231002X", "91110000600037341L", "91350100M000100Y43"}
LONG = re.compile(r"(?<![0-9A-Za-z.])[0-9A-HJ-NP-RTUWXYx]{18}(?![0-9A-Za-z])")


def files_of_text() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    found += list(ROOT.glob("*"))
    return [path for path in found if path.suffix in ENDINGS and path.is_file()]


def numbers_in(text: str) -> set[str]:
    """Numbers that some region could have given to somebody."""
    signs = sorted({found for found in LONG.findall(text) if sum(map(str.isdigit, found)) >= 9})
    return {
        number.upper()
        for check in (check_resident_ids, check_credit_codes)
        for number, plain, real in zip(
            signs, check(signs), check(signs, synthetic=True), strict=True
        )
        if plain == "" and real != ""
    }


def test_no_file_holds_a_number_of_a_real_region() -> None:
    held = {
        str(path.relative_to(ROOT)): sorted(numbers - PUBLISHED)
        for path in files_of_text()
        if (numbers := numbers_in(path.read_text("utf-8", errors="replace"))) - PUBLISHED
    }
    assert held == {}


@pytest.mark.parametrize("number", sorted(PUBLISHED))
def test_the_search_finds_what_it_looks_for(number: str) -> None:
    assert numbers_in(f"somebody, {number};") == {number}
    assert numbers_in("999999199101010072 and 92999999MA00000076") == set()
