from alternative_people import searched


def test_the_frame_has_one_shape():
    frame = searched().frame
    assert list(frame.columns) == [
        "alternative", "group", "measure", "value", "low", "high", "n", "uses_group", "dominated",
        "note",
    ]  # fmt: skip
    known = frame.dropna(subset=["value"])
    assert (known["low"] <= known["value"]).all()
    assert (known["value"] <= known["high"]).all()


def test_a_dominated_point_has_one_that_is_no_worse_on_both():
    found = searched()
    every = [one for one in (found.base, *found.alternatives) if one.quality is not None]
    assert any(one.dominated for one in every)
    for one in every:
        better = [
            other
            for other in every
            if other.quality.value >= one.quality.value
            and abs(other.gap.value) <= abs(one.gap.value)
            and other is not one
            and (one.uses_group or not other.uses_group)
        ]
        assert bool(better) == one.dominated


def test_the_chart_shows_every_point_that_has_a_quality():
    found = searched()
    ax = found.chart()
    shown = [one for one in (found.base, *found.alternatives) if one.quality is not None]
    assert len(ax.containers) == len(shown)
    assert {text.get_text() for text in ax.texts} == {found.base.name, found.best.name}


def test_the_page_escapes_and_holds_the_table():
    page = searched()._repr_html_()
    assert "<table" in page
    assert "the model as it is" in page
