import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cell_words import people_in
from creditaudit import Roles, Tally
from creditaudit.errors import InputError, UnequalTallies


@pytest.fixture
def tally(people, all_roles):
    return Tally.from_frame(people, all_roles, score_bins=[300, 500, 650, 850])


def test_two_halves_are_the_whole(people, all_roles):
    for score_bins in (10, "exact", [0, 500, 1000]):
        whole = Tally.from_frame(people, all_roles, score_bins=score_bins)
        halves = [
            Tally.from_frame(part, all_roles, score_bins=score_bins)
            for part in (people[:3], people[3:])
        ]
        assert (halves[0] + halves[1]).fingerprint() == whole.fingerprint()


def test_nobody_adds_nothing(tally, people, all_roles):
    nobody = Tally.from_frame(people.head(0), all_roles, score_bins=[300, 500, 650, 850])
    assert (tally + nobody).fingerprint() == tally.fingerprint()
    assert (nobody + tally).fingerprint() == tally.fingerprint()


def test_exact_bins_add_by_the_union_of_their_values(people, all_roles):
    low, high = (
        Tally.from_frame(people.query(query), all_roles, score_bins="exact")
        for query in ("points < 600", "points > 500")
    )
    both = low + high
    assert both.bins.values.tolist() == [480, 500, 510, 530, 640, 650, 700, 720]
    assert people_in(both, None)["510", None, "refused"] == 2


def test_notes_of_both_are_kept_once(people):
    roles = Roles(outcome="approved", good="a")
    one = Tally.from_frame(pd.DataFrame({"approved": ["a", "b", "c"]}), roles)
    assert (one + one).notes == one.notes
    other = Tally.from_frame(pd.DataFrame({"approved": ["a", "b", "d"]}), roles)
    assert len((one + other).notes) == 2


def test_shards_of_a_csv_with_codes_add_to_the_whole(tmp_path):
    roles = Roles(groups=["district"])
    texts = ["district\n10\n11\n", "district\n10\n2A\n", "district\n10\n11\n10\n2A\n"]
    tallies = []
    for place, text in enumerate(texts):
        (tmp_path / f"{place}.csv").write_text(text)
        tallies.append(Tally.from_frame(tmp_path / f"{place}.csv", roles))
    one, other, whole = tallies
    assert (one + other).fingerprint() == whole.fingerprint()
    assert (other + one).fingerprint() == whole.fingerprint()


def test_a_truth_value_and_its_word_are_not_added_silently():
    roles = Roles(groups=["listed"])
    one = Tally.from_frame(pd.DataFrame({"listed": [True, False]}), roles)
    other = Tally.from_frame(pd.DataFrame({"listed": ["true", "unknown"]}), roles)
    with pytest.raises(InputError, match="'true' both as text and as a number or truth value"):
        one + other


def test_tallies_of_other_roles_are_not_added(people):
    one, other = (
        Tally.from_frame(people, Roles(groups=["race"], decision="approved", favourable=value))
        for value in (1, 0)
    )
    with pytest.raises(UnequalTallies, match=r"roles differ in favourable. Make both with the"):
        one + other


def test_tallies_of_other_groupings_are_not_added(people, roles):
    one, other = (Tally.from_frame(people, roles, by=[by]) for by in ("race", "sex"))
    with pytest.raises(UnequalTallies, match=r"groupings differ.*Make both with the same by="):
        one + other


@pytest.mark.parametrize(
    "pair", [([0, 500, 1000], [0, 600, 1000]), ("exact", [0, 1000]), (10, 11)], ids=str
)
def test_tallies_of_other_edges_are_not_added_and_the_fix_is_named(pair, people, all_roles):
    one, other = (Tally.from_frame(people, all_roles, score_bins=bins) for bins in pair)
    with pytest.raises(UnequalTallies) as caught:
        one + other
    assert "same score_range= in Roles" in str(caught.value)
    assert 'score_bins="exact"' in str(caught.value)


def test_edges_from_the_data_seen_add_only_when_they_coincide():
    roles = Roles(score="points", higher_is="safer")
    one, other, same = (
        Tally.from_frame(pd.DataFrame({"points": range(*span)}), roles, score_bins=4)
        for span in ((0, 9), (0, 10), (0, 9))
    )
    assert (one + same).n == 18
    with pytest.raises(UnequalTallies, match="score_range"):
        one + other


def test_a_published_tally_is_not_added(tally):
    published = replace(tally, origin="published")
    for pair in ((tally, published), (published, tally)):
        with pytest.raises(UnequalTallies, match="add first, then publish"):
            pair[0] + pair[1]


def test_all_reasons_are_told_at_once(people, all_roles):
    one = Tally.from_frame(people, all_roles, by="race", score_bins="exact")
    other = Tally.from_frame(people, replace(all_roles, good=1), by="sex", score_bins=5)
    with pytest.raises(UnequalTallies) as caught:
        one + other
    assert all(word in str(caught.value) for word in ("good", "groupings", "score_range"))


def test_only_a_tally_can_be_added_to_a_tally(tally):
    with pytest.raises(TypeError):
        tally + 1


def test_the_fingerprint_tells_every_part_apart(people, all_roles):
    made = [
        (people, all_roles, {}),
        (people[1:], all_roles, {}),
        (people, replace(all_roles, favourable=0), {}),
        (people, all_roles, {"by": "race"}),
        (people, all_roles, {"score_bins": "exact"}),
        (people.replace("black", "Black"), all_roles, {}),
    ]
    prints = {Tally.from_frame(frame, roles, **rest).fingerprint() for frame, roles, rest in made}
    assert len(prints) == len(made)


def test_the_fingerprint_does_not_depend_on_the_order_of_groupings(people, roles):
    one = Tally.from_frame(people, roles, by=["race", "sex"])
    other = Tally.from_frame(people, roles, by=["sex", "race"])
    assert one.fingerprint() == other.fingerprint()


def test_the_fingerprint_does_not_depend_on_the_order_weights_were_added():
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"race": rng.integers(0, 30_000, 90_000), "w": rng.random(90_000)})
    roles = Roles(groups=["race"], weight="w")
    shuffled = frame.sample(frac=1, random_state=7)
    one, other = (Tally.from_frame(rows, roles).fingerprint() for rows in (frame, shuffled))
    assert one == other


def test_the_fingerprint_tells_large_numbers_of_people_apart():
    roles = Roles(groups=["race"])
    one, other = (
        Tally.from_counts(pd.DataFrame({"race": ["a"], "n": [n]}), roles).fingerprint()
        for n in (12_345_678_901_234, 12_345_678_901_235)
    )
    assert one != other


def test_the_fingerprint_is_the_same_in_another_process(people, all_roles, tmp_path):
    people.to_csv(tmp_path / "p.csv", index=False)
    program = (
        "import sys, creditaudit as ca\n"
        f"roles = ca.Roles(**{all_roles.to_dict()!r})\n"
        "sys.stdout.write(ca.Tally.from_frame(sys.argv[1], roles).fingerprint())\n"
    )
    here = Tally.from_frame(people, all_roles).fingerprint()
    for seed in ("1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", program, tmp_path / "p.csv"],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
        )
        assert there.stdout == here
