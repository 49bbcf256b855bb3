from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from creditaudit.published_tables.percentages import agrees, counts_of


@given(st.integers(1, 10**6), st.integers(0, 3), st.data())
def test_the_true_count_is_among_those_that_round_to_its_per_cent(total, decimals, data):
    count = data.draw(st.integers(0, total))
    share = round(Decimal(100 * count) / total, decimals)
    low, high = counts_of(share, decimals, total)
    assert low <= count <= high
    assert agrees(share, decimals, (count, count), (total, total))


def test_by_hand():
    assert counts_of(Decimal("45"), 0, 40) == (18, 18)
    assert counts_of(Decimal("33.3"), 1, 3) == (1, 1)
    assert counts_of(Decimal("50"), 0, 3) is None
    assert counts_of(Decimal("61"), 0, 2100) == (1271, 1291)
    assert not agrees(Decimal("45"), 0, (19, 19), (40, 40))
    assert agrees(Decimal(0), 0, (0, 0), (0, 0))
