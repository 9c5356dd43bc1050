"""A category is one, whatever a list calls it."""

from __future__ import annotations

import pytest

from scoring.categories import category_key, category_keys, folded
from scoring.norms import shipped_norms


@pytest.mark.parametrize("name", ["Beauty", " beleza ", "Belleza", "КРАСОТА", "бьюти", "뷰티", "Make-up & Skincare"])
def test_beauty_is_beauty(name: str) -> None:
    assert "beauty" in category_keys([name])


def test_what_nobody_knows_is_itself() -> None:
    assert category_key("  Underwater   Basketry ") == "underwater basketry"
    assert category_keys(["", " & ", "Basketry"]) == {"basketry"}


def test_letters_that_only_look_accented_stay() -> None:
    assert folded("ДИЗАЙН") == "дизайн"
    assert folded("Moda É Música") == "moda e musica"


def test_the_shipped_norms_are_found_by_their_own_names() -> None:
    names = {key.category for key in shipped_norms().bands if key.category}
    assert names
    assert {category_key(name) for name in names} == names
