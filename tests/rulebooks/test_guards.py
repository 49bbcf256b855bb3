import pytest
from made_books import book_text, rule

from creditaudit.errors import RefusedError
from creditaudit.rulebooks import STUDY_OVERRIDE, Rulebook, file_metadata

STUDY = Rulebook.load("cn_rongcheng_2016")
GENERAL = Rulebook.from_toml(book_text(rule("a", "minor", points=-1)))


def test_a_study_preset_writes_no_rows_about_real_people():
    with pytest.raises(RefusedError, match="is for study"):
        file_metadata(STUDY, synthetic=False)
    with pytest.raises(RefusedError, match="is not that word"):
        file_metadata(STUDY, synthetic=False, override="please")


def test_the_named_override_stands_in_the_file():
    assert (
        file_metadata(STUDY, synthetic=False, override=STUDY_OVERRIDE)["override"] == STUDY_OVERRIDE
    )
    assert file_metadata(STUDY, synthetic=True)["override"] is None
    assert file_metadata(STUDY, synthetic=True, override=STUDY_OVERRIDE)["override"] is None


def test_a_general_book_is_not_held_back():
    assert file_metadata(GENERAL, synthetic=False)["override"] is None


def test_every_file_says_what_it_is_not_for_and_what_is_missing():
    found = file_metadata(STUDY, synthetic=True)
    assert found["not_for_decisions"].startswith("Not for decisions")
    assert found["confidence"] == "V/V*/M"
    assert sum(found["marks"].values()) == len(STUDY.rules)
    assert "appeal" in found["missing_rights"]
    assert "entry" not in found["missing_rights"]
    assert file_metadata(GENERAL, synthetic=True)["missing_rights"][:3] == [
        "entry", "ability_test", "notice",
    ]  # fmt: skip
