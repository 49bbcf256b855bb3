"""Files with one row a person: what they say of themselves, and when none is written."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, RefusedError
from creditaudit.rulebooks import STUDY_OVERRIDE, RulebookScorer
from creditaudit.rulebooks.scored_files import (
    is_synthetic,
    scored_limits,
    scored_metadata,
    write_scores,
)

STUDY = RulebookScorer("cn_rongcheng_2016", reading="strict")
PEOPLE = pd.DataFrame({name: [0, 2] for name in STUDY.columns}).assign(sex=["f", "m"])


def test_real_rows_are_refused_without_the_word_and_nothing_is_written(tmp_path):
    path = tmp_path / "scored.parquet"
    for given in (None, "please"):
        with pytest.raises(RefusedError, match="is for study"):
            write_scores(STUDY, PEOPLE, path, override=given)
    assert list(tmp_path.iterdir()) == []


def test_with_the_word_the_file_says_so_and_what_it_is_not_for(tmp_path):
    path = tmp_path / "scored.parquet"
    told = write_scores(STUDY, PEOPLE, path, keep=["sex"], override=STUDY_OVERRIDE)
    assert scored_metadata(path) == told
    assert told["override"] == STUDY_OVERRIDE
    assert told["not_for_decisions"].startswith("Not for decisions")
    assert sum(told["marks"].values()) == len(STUDY.book.rules)
    assert "appeal" in told["missing_rights"]
    frame = pq.read_table(path).to_pandas()
    assert list(frame.columns) == ["sex", "points", "tier", "decision", "fired"]
    assert frame["points"].tolist() == STUDY.points(PEOPLE).tolist()
    said = " ".join(scored_limits(path))
    assert f"named override {STUDY_OVERRIDE}" in said
    assert "does not state: " in said
    assert not is_synthetic(path)


def test_synthetic_rows_need_no_word_and_the_file_says_that_they_are(tmp_path):
    path = tmp_path / "scored.parquet"
    told = write_scores(STUDY, PEOPLE, path, synthetic=True)
    assert (told["synthetic"], told["override"]) == (True, None)
    assert is_synthetic(path)
    assert "override" not in " ".join(scored_limits(path))


def test_other_files_say_nothing(tmp_path):
    plain = tmp_path / "plain.parquet"
    PEOPLE.to_parquet(plain)
    (tmp_path / "broken.parquet").write_text("no")
    for path in (plain, tmp_path / "broken.parquet", tmp_path / "none.parquet"):
        assert scored_metadata(path) is None
        assert scored_limits(path) == []
        assert not is_synthetic(path)


def test_what_cannot_be_written_is_told(tmp_path):
    general = RulebookScorer("us_fcra")
    with pytest.raises(InputError, match=r"must end in \.parquet"):
        write_scores(STUDY, PEOPLE, tmp_path / "scored.csv", synthetic=True)
    with pytest.raises(InputError, match="is not in the table"):
        write_scores(STUDY, PEOPLE, tmp_path / "s.parquet", keep=["age"], synthetic=True)
    with pytest.raises(InputError, match="has the name of a result"):
        write_scores(
            STUDY, PEOPLE.assign(tier=1), tmp_path / "s.parquet", keep=["tier"], synthetic=True
        )
    assert general.book.header.use in ("study", "general")


def test_a_folder_of_synthetic_files_is_synthetic_and_a_mixed_one_is_not(tmp_path):
    from creditaudit.populations.people_folders import write_people

    write_people(tmp_path / "world", 40, seed=1)
    folder = tmp_path / "world" / "people.parquet"
    assert is_synthetic(folder)
    PEOPLE.to_parquet(folder / "zz.parquet")
    assert not is_synthetic(folder)
    assert ca.rulebooks.STUDY_OVERRIDE == STUDY_OVERRIDE
