"""`attributions`: every kind of scorer against all coalitions, and the gate that stays shut."""

import io
import sys
from contextlib import redirect_stdout
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from explained_people import applicants, boosted, card
from lightgbm import LGBMClassifier
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from creditaudit.errors import InputError, MissingColumn, MissingExtra
from creditaudit.explain import AdditivityGap, attributions
from creditaudit.explain import explaining as explaining_module
from creditaudit.explain import peers as peers_module
from creditaudit.scorers import BoostingScorer, wrap

TRAINING, BAD = applicants(1500)
PEOPLE, _ = applicants(5, seed=1)
BACKGROUND, _ = applicants(20, seed=2)
NUMBERS = ["income", "late", "age", "debt"]
NAMES = list(PEOPLE.columns)


def encoded(final):
    """A pipeline that turns a category into several columns, beside filled-in numbers."""
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    whole = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = make_column_transformer((numbers, NUMBERS), (whole, ["region", "job"]))
    return make_pipeline(columns, final).fit(TRAINING, BAD)


def coalitions(scorer, scale="logit", **given):
    return attributions(
        scorer, PEOPLE, background=BACKGROUND, scale=scale, backend="coalitions", **given
    )


def agree(found, wanted, within):
    assert list(found.values.columns) == list(wanted.values.columns)
    assert np.abs(found.values.to_numpy() - wanted.values.to_numpy()).max() < within
    assert found.base == pytest.approx(wanted.base, abs=within)


@pytest.mark.parametrize("scale", ["logit", "points"])
@pytest.mark.parametrize("integer", [True, False])
def test_a_card_equals_all_coalitions_in_closed_form(scale, integer):
    scorer = card(integer=integer)
    found = attributions(scorer, PEOPLE, background=BACKGROUND, scale=scale)
    assert found.backend == "closed form"
    agree(found, coalitions(scorer, scale), 1e-9)
    assert found.gap < 1e-9
    again = attributions(scorer.table, PEOPLE, background=BACKGROUND, scale=scale)
    agree(again, found, 1e-12)


def test_a_card_knows_the_people_it_was_made_from():
    scorer = card()
    found = attributions(scorer, PEOPLE, scale="points")
    against = attributions(scorer, PEOPLE, background=TRAINING, scale="points")
    agree(found, against, 1e-9)
    assert found.n_background is None
    assert "made from" in found.notes[0]


def test_points_and_logit_of_a_card_are_one_line():
    points = attributions(card(), PEOPLE, background=BACKGROUND, scale="points")
    logit = attributions(card(), PEOPLE, background=BACKGROUND)
    factor = card().table.scale.factor
    assert np.allclose(points.values, -factor * logit.values)


def test_a_linear_model_behind_encoded_columns_equals_all_coalitions():
    scorer = encoded(LogisticRegression(max_iter=1000))
    found = attributions(scorer, PEOPLE, background=BACKGROUND)
    assert (found.backend, found.method) == ("closed form", "interventional")
    agree(found, coalitions(scorer), 1e-9)


@pytest.mark.parametrize("scale", ["logit", "points"])
def test_trees_with_native_categories_equal_all_coalitions(scale):
    scorer = boosted() if scale == "logit" else wrap(boosted())
    found = attributions(scorer, PEOPLE, background=BACKGROUND, scale=scale)
    assert found.backend == "patterns"
    agree(found, coalitions(scorer, scale), 1e-9)


def test_trees_behind_encoded_columns_are_explained_by_feature():
    from sklearn.ensemble import HistGradientBoostingClassifier

    scorer = encoded(HistGradientBoostingClassifier(max_iter=4, early_stopping=False))
    found = attributions(scorer, PEOPLE, background=BACKGROUND)
    agree(found, coalitions(scorer), 1e-9)


@pytest.mark.parametrize("scale", ["logit", "points"])
@pytest.mark.parametrize("folds", [0, 3])
def test_a_boosting_scorer_with_text_and_calibration_equals_all_coalitions(scale, folds):
    def worded(frame):
        words = frame["job"].map({0: "a", 1: "b", 2: "c", 3: "d", 4: "e"})
        return frame.assign(job=words.astype(object).where(words.notna(), None))

    scorer = BoostingScorer(
        categorical=["region"], max_iter=5, calibration_folds=folds, monotone={"income": -1}
    ).fit(worded(TRAINING), BAD)
    people, background = worded(PEOPLE), worded(BACKGROUND)
    people.loc[0, "job"] = "never seen"
    found = attributions(scorer, people, background=background, scale=scale)
    wanted = attributions(scorer, people, background=background, scale=scale, backend="coalitions")
    assert found.backend == "patterns"
    agree(found, wanted, 1e-9)


def test_lightgbm_with_its_own_categories_is_read_exactly():
    def typed(frame):
        levels = {"region": range(12), "job": range(5)}
        return frame.assign(
            **{
                name: pd.Categorical(frame[name], categories=[float(one) for one in known])
                for name, known in levels.items()
            }
        )

    scorer = LGBMClassifier(n_estimators=5, min_child_samples=5, verbose=-1, n_jobs=1)
    scorer.fit(typed(TRAINING), BAD)
    people, background = typed(PEOPLE), typed(BACKGROUND)
    found = attributions(scorer, people, background=background)
    wanted = attributions(scorer, people, background=background, backend="coalitions")
    agree(found, wanted, 1e-9)
    path = attributions(scorer, people)
    theirs = scorer.predict(people, pred_contrib=True)
    assert path.values.to_numpy() == pytest.approx(theirs[:, :-1], abs=1e-6)
    assert path.base == pytest.approx(theirs[0, -1], abs=1e-6)


def test_any_model_is_asked_for_all_coalitions():
    forest = RandomForestClassifier(n_estimators=5, min_samples_leaf=40, random_state=0)
    forest.fit(TRAINING, BAD)
    found = attributions(forest, PEOPLE, background=BACKGROUND)
    assert found.backend == "coalitions"
    assert found.gap < 1e-9
    function = wrap(lambda frame: 1 / (1 + np.exp(-frame["late"].fillna(0) - frame["debt"].isna())))
    found = attributions(function, PEOPLE[["late", "debt"]], background=BACKGROUND, scale="points")
    factor = function.scale.factor
    late = PEOPLE["late"].fillna(0) - BACKGROUND["late"].fillna(0).mean()
    assert found.values["late"].to_numpy() == pytest.approx(-factor * late.to_numpy())


def test_too_many_answers_are_refused_with_their_number():
    wide = pd.DataFrame(np.zeros((10, 30)), columns=[f"c{k}" for k in range(30)])
    with pytest.raises(InputError, match="would take 107,374,182,400 answers"):
        attributions(wrap(lambda frame: frame["c0"] * 0 + 0.5), wide, background=wide)


def test_features_that_join_are_one_player_and_exact():
    joined = {"region": "place and debt", "debt": "place and debt"}
    found = attributions(boosted(), PEOPLE, background=BACKGROUND, players=joined)
    agree(found, coalitions(boosted(), players=joined), 1e-9)
    assert list(found.values.columns) == ["income", "late", "place and debt", "age", "job"]
    with pytest.raises(MissingColumn, match="'regoin' not found"):
        attributions(boosted(), PEOPLE, background=BACKGROUND, players={"regoin": "x"})


def test_path_dependent_values_add_up_to_the_model_and_need_nobody_else():
    found = attributions(boosted(), PEOPLE)
    assert (found.method, found.n_background) == ("path_dependent", None)
    assert found.gap < 1e-12
    asked = attributions(boosted(), PEOPLE, background=BACKGROUND, method="path_dependent")
    agree(asked, found, 1e-12)
    assert "background was not used" in asked.notes[0]


def test_a_background_of_three_works_and_is_stated_and_a_thousand_are_all_used():
    few = attributions(boosted(), PEOPLE, background=BACKGROUND.iloc[:3])
    assert few.n_background == 3
    assert "The background is 3 people" in few.notes[0]
    assert few.base == pytest.approx(boosted().decision_function(BACKGROUND.iloc[:3]).mean())
    many = attributions(boosted(), PEOPLE, background=TRAINING)
    assert (many.n_background, many.notes) == (1500, ())
    assert many.base == pytest.approx(boosted().decision_function(TRAINING).mean())


def test_shap_sees_the_whole_background_too():
    numeric = boosted_on_numbers()
    wide = TRAINING[NUMBERS].astype(np.float32).astype(np.float64)
    found = attributions(numeric, wide.iloc[:5], background=wide.iloc[:400], backend="shap")
    ours = attributions(numeric, wide.iloc[:5], background=wide.iloc[:400])
    assert found.backend.startswith("shap 0")
    assert np.abs(found.values - ours.values).to_numpy().max() < 1e-6


def boosted_on_numbers():
    from sklearn.ensemble import HistGradientBoostingClassifier

    numbers = TRAINING[NUMBERS].astype(np.float32).astype(np.float64)
    return HistGradientBoostingClassifier(max_iter=5, early_stopping=False).fit(numbers, BAD)


def test_the_gate_catches_shap_on_native_categories():
    with pytest.raises(AdditivityGap, match=r"shap 0\.\d+.* miss the model's own output"):
        attributions(boosted(), TRAINING.iloc[:50], background=BACKGROUND, backend="shap")


class Woodelf:
    """Stands in for the package of the extra: prints, and gives what it is told to."""

    def __init__(self, wrong):
        self.wrong = wrong

    def WoodelfExplainer(self, model, data, feature_perturbation):  # noqa: N802
        print("computing")  # noqa: T201

        def shap_values(people, verbose):
            print("took 3 seconds")  # noqa: T201
            how = None if feature_perturbation == "tree_path_dependent" else data.to_numpy()
            right = attributions(model, people.to_numpy(), background=how)
            return right.values.to_numpy() + self.wrong

        return SimpleNamespace(shap_values=shap_values)


@pytest.fixture
def woodelf(monkeypatch):
    def install(wrong):
        monkeypatch.setitem(sys.modules, "woodelf", Woodelf(wrong))
        monkeypatch.setattr(peers_module, "has_woodelf", lambda: True)
        monkeypatch.setattr(peers_module, "version", lambda name: "0")

    return install


def nameless():
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(max_iter=5, early_stopping=False)
    return model.fit(TRAINING[NUMBERS].to_numpy(), BAD)


@pytest.mark.parametrize("background", [None, BACKGROUND[NUMBERS].to_numpy()])
def test_a_backend_is_kept_quiet_and_its_base_is_that_of_the_whole_background(woodelf, background):
    woodelf(0.0)
    people, told = PEOPLE[NUMBERS].to_numpy(), io.StringIO()
    with redirect_stdout(told):
        found = attributions(nameless(), people, background=background, backend="woodelf")
    assert told.getvalue() == ""
    agree(found, attributions(nameless(), people, background=background), 1e-12)


def test_a_backend_that_is_wrong_on_purpose_is_named_and_withheld(woodelf):
    woodelf(0.001)
    people, background = PEOPLE[NUMBERS].to_numpy(), BACKGROUND[NUMBERS].to_numpy()
    with pytest.raises(AdditivityGap, match=r"woodelf 0 miss .* by up to 0\.004 .5 of 5 people"):
        attributions(nameless(), people, background=background, backend="woodelf")


def test_the_real_woodelf_agrees_to_seven_digits():
    pytest.importorskip("woodelf", reason="the extra 'trees' is not installed")
    people, background = TRAINING[NUMBERS].to_numpy()[:200], TRAINING[NUMBERS].to_numpy()[:300]
    for others in (background, None):
        found = attributions(nameless(), people, background=others, backend="woodelf")
        agree(found, attributions(nameless(), people, background=others), 1e-5)


def test_a_backend_that_is_not_installed_names_its_extra(monkeypatch):
    monkeypatch.setattr(peers_module, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"creditaudit\[trees\]"):
        attributions(boosted(), PEOPLE, background=BACKGROUND, backend="woodelf")


class Foreign:
    """Boosted trees of a package that is read by others only."""

    __module__ = "xgboost.sklearn"


@pytest.mark.parametrize(("there", "wanted"), [(True, "woodelf"), (False, "shap")])
def test_trees_of_other_packages_go_to_woodelf_or_else_to_shap(monkeypatch, there, wanted):
    monkeypatch.setattr(explaining_module, "has_woodelf", lambda: there)
    assert explaining_module._best(Foreign(), Foreign()) == wanted


def test_what_is_slower_for_want_of_an_extra_says_so(monkeypatch):
    monkeypatch.setattr(explaining_module, "_best", lambda scorer, final: "shap")
    monkeypatch.setattr(explaining_module, "has_woodelf", lambda: False)
    people, background = PEOPLE[NUMBERS].to_numpy(), BACKGROUND[NUMBERS].to_numpy()
    found = attributions(boosted_on_numbers(), PEOPLE[NUMBERS], background=BACKGROUND[NUMBERS])
    assert any("creditaudit[trees]" in note for note in found.notes)
    asked = attributions(nameless(), people, background=background, backend="shap")
    assert not any("creditaudit[trees]" in note for note in asked.notes)


def test_peers_do_not_add_up_columns_of_one_feature():
    from sklearn.ensemble import HistGradientBoostingClassifier

    scorer = encoded(HistGradientBoostingClassifier(max_iter=2))
    with pytest.raises(InputError, match="value of a feature is not their sum"):
        attributions(scorer, PEOPLE, background=BACKGROUND, backend="shap")
    with pytest.raises(InputError, match='scale="logit", or backend="patterns"'):
        attributions(
            wrap(nameless()), PEOPLE[NUMBERS].to_numpy(), background=BACKGROUND[NUMBERS].to_numpy(),
            scale="points", backend="shap",
        )  # fmt: skip


def test_a_model_that_gives_two_answers_is_told_apart_from_a_wrong_backend():
    rng = np.random.default_rng(7)
    fickle = wrap(lambda frame: rng.random(len(frame)))
    with pytest.raises(InputError, match="two different outputs"):
        attributions(fickle, PEOPLE[["late"]], background=BACKGROUND)


def test_a_score_without_a_logit_is_refused():
    certain = wrap(lambda frame: np.where(frame["late"] > 0, 1.0, 0.5))
    with pytest.raises(InputError, match="no finite logit"):
        attributions(certain, TRAINING[["late"]], background=BACKGROUND)


def test_the_other_class_can_be_the_bad_one():
    good = wrap(boosted(), bad=0)
    found = attributions(good, PEOPLE, background=BACKGROUND)
    usual = attributions(boosted(), PEOPLE, background=BACKGROUND)
    assert found.values.to_numpy() == pytest.approx(-usual.values.to_numpy(), abs=1e-9)


def test_labels_columns_and_kinds_of_tables_are_taken_as_they_come():
    people = PEOPLE.set_axis(list("vwxyz")).assign(sex="f")
    found = attributions(boosted(), people[people.columns[::-1]], background=BACKGROUND)
    assert list(found.values.index) == list("vwxyz")
    assert list(found.values.columns) == NAMES
    arrow = attributions(boosted(), pa.Table.from_pandas(people), background=BACKGROUND)
    assert np.array_equal(arrow.values, found.values)
    plain = attributions(nameless(), PEOPLE[NUMBERS], background=BACKGROUND[NUMBERS])
    array = attributions(
        nameless(), PEOPLE[NUMBERS].to_numpy(), background=BACKGROUND[NUMBERS].to_numpy()
    )
    assert list(plain.values.columns) == NUMBERS
    assert list(array.values.columns) == ["x0", "x1", "x2", "x3"]
    assert np.array_equal(plain.values, array.values)


def test_constant_features_and_equal_people_add_nothing():
    same = pd.concat([PEOPLE.iloc[[0]]] * 3)
    found = attributions(boosted(), same, background=PEOPLE.iloc[[0]])
    assert np.abs(found.values.to_numpy()).max() < 1e-15


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scale": "odds"}, "must be \"logit\""),
        ({"scale": "points"}, "has no points"),
        ({"method": "observational"}, "must be \"interventional\""),
        ({"method": "interventional", "background": None}, "pass background=, 1,000 or more"),
        ({"backend": "tree"}, "must be one of auto, closed_form"),
        ({"backend": "closed_form"}, "is no sum of features"),
        ({"backend": "coalitions", "background": None}, "needs background="),
        ({"X": [[1.0, 2.0]]}, r"X has shape \(1, 2\); the model takes 6 features"),
        ({"X": PEOPLE.iloc[:0]}, "X has no rows"),
        ({"X": PEOPLE.drop(columns="late")}, "Column 'late' not found"),
        ({"background": PEOPLE.iloc[:0]}, "background has no rows"),
        ({"X": "people.csv"}, "cannot be read from str"),
        ({"scorer": object()}, "has no predict_proba"),
        ({"scorer": card(), "backend": "patterns"}, "A scorecard has no trees"),
        ({"scorer": card(), "method": "path_dependent"}, "A sum has no paths"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)  # fmt: skip
def test_what_cannot_be_explained_says_what_to_do(change, words):
    given = {"scorer": boosted(), "X": PEOPLE, "background": BACKGROUND} | change
    scorer, people = given.pop("scorer"), given.pop("X")
    with pytest.raises(InputError, match=words):
        attributions(scorer, people, **given)


def test_a_column_that_mixes_features_belongs_to_none_of_them():
    scorer = make_pipeline(SimpleImputer(), PCA(2), LogisticRegression()).fit(TRAINING, BAD)
    with pytest.raises(InputError, match="PCA makes a column from features it does not name"):
        attributions(scorer, PEOPLE, background=BACKGROUND)
    assert coalitions(scorer).gap < 1e-9
