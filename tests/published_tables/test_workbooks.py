import pytest

from creditaudit.errors import CorruptFile, InputError
from creditaudit.published_tables import read_published
from published_styles import make

openpyxl = pytest.importorskip("openpyxl")

ROWS = [
    ["Race", "Approved", "Refused", "Share"],
    ["White", 30, 10, 0.75],
    ["Black", 10, 20, 1 / 3],
]


@pytest.fixture
def book(tmp_path):
    """Return a function that writes rows to a workbook and returns its path."""

    def write(rows=ROWS, change=None, name="t.xlsx"):
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(row)
        for r in range(2, made.active.max_row + 1):
            if rows is ROWS:
                made.active.cell(r, 4).number_format = "0.0%"
        if change:
            change(made)
        made.save(tmp_path / name)
        return tmp_path / name

    return write


def test_stored_numbers_and_shares_are_read(book):
    found = read_published(book())
    assert found.table["n"].tolist() == [30, 10, 10, 20]
    assert "The per cents in column D agree with the counts." in found.notes


def test_merged_headings_are_filled(book):
    def merge(made):
        sheet = made.active
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("D1:E1")

    decisions = ["Approved", "Refused"]
    rows = [["", "Men", None, "Women", None], ["Race", *decisions, *decisions],
            ["White", 1, 2, 3, 4], ["Black", 5, 6, 7, 9]]  # fmt: skip
    found = read_published(book(rows, merge))
    assert found.table.shape == (8, 4)
    assert "Merged cells were filled with what stands in their first cell." in found.notes


def test_a_formula_is_not_run(book):
    def sums(made):
        made.active["E1"], made.active["E2"] = "Total", "=B2+C2"

    found = read_published(book(change=sums))
    assert [doubt.id for doubt in found.doubts] == ["E2"]


def test_hidden_rows_and_further_sheets_are_asked(book):
    def hide(made):
        made.active.row_dimensions[3].hidden = True

    assert [d.id for d in read_published(book(change=hide)).doubts] == ["hidden"]

    def add(made):
        made.create_sheet("Other").append(["x", 1])

    path = book(change=add, name="two.xlsx")
    assert [d.id for d in read_published(path).doubts] == ["sheet"]
    assert not read_published(path, sheet="Sheet").doubts
    with pytest.raises(InputError, match="'None' not found"):
        read_published(path, sheet="None")


def test_a_damaged_file_is_told(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(CorruptFile, match=r"'x.xlsx' cannot be read as Excel"):
        read_published(path)


@pytest.mark.parametrize("seed", range(60))
def test_made_tables_with_merged_cells_are_not_read_wrong(seed, book):
    made = make(seed)

    def merge(target):
        for top, left, bottom, right in made.merges:
            target.active.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )

    found = read_published(book(made.rows, merge))
    if not found.doubts:
        keys = [name for name in found.table.columns if name not in ("n", "low", "high")]
        labels = {frozenset(map(str, row)) for row in found.table[keys].itertuples(index=False)}
        assert labels == made.truth.keys()
