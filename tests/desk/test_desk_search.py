"""Whatever people say to a disagreement is found in the same moment, and what is undone is not."""

from __future__ import annotations

from bot.core.disagreement import Winner
from bot.core.outcome import What
from bot.core.search import Filters, Found, Won
from bot.core.types import Reason
from bot.desk import decide, investigate, outcomes
from bot.desk import object as objections
from bot.desk.opening import prepare
from db import migrate, search
from db.store import Store
from tests.desk.world import BIA, CAIO, CHANNEL, MAYA, World, row, why


def found(world: World, text: str = "", channels: frozenset[str] | None = None, **filters: object) -> Found:
    with world.desk.store.reading() as unit:
        return search.find(unit, text, Filters(**filters), channels)  # type: ignore[arg-type]


def test_an_override_is_found_by_its_words_its_creator_and_its_filters(world: World) -> None:
    review_id = world.one()
    assert found(world).total == 0
    decide.override(world.desk, review_id, BIA, why("Ей накрутили подписчиков", Reason.CULTURAL_FIT))
    (hit,) = found(world, "накрутка подписчиков").hits
    assert (hit.review_id, hit.channel, hit.market, hit.won) == (review_id, CHANNEL, "BR", Won.NONE)
    assert hit.passage.marked("*", "*") == "Ей *накрутили* *подписчиков*"
    assert found(world, hit.handle).total == found(world, hit.creator).total == 1
    assert found(world, market="BR", reason="cultural_fit", by=BIA, flag="growth_spike").total == 1
    assert found(world, market="RU").total == found(world, by=CAIO).total == 0
    assert found(world, channels=frozenset({CHANNEL})).total == 1
    assert found(world, channels=frozenset({"C0OTHER001"})).total == 0


def test_a_note_is_found_and_an_undone_override_is_not(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("a giveaway"))
    objections.note(world.desk, review_id, MAYA, "the raffle was on the website")
    assert found(world, "website").hits[0].passage.marked("*", "*") == "the raffle was on the *website*"
    decide.undo(world.desk, review_id, BIA)
    assert found(world).total == found(world, "giveaway website").total == 0


def test_a_lesson_that_an_outcome_has_refuted_is_none_and_is_found_all_the_same(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("a giveaway"))
    hit = found(world).hits[0]
    investigate.resolve(world.desk, hit.disagreement_id, MAYA, Winner.EXPERT, "Raffles are real")
    assert found(world, "raffles").hits[0].lesson == "Raffles are real"
    outcomes.record(world.desk, review_id, What.FRAUD, MAYA)
    (hit,) = found(world, "raffles").hits
    assert (hit.won, hit.lesson) == (Won.AI, "")


def test_after_a_migration_everything_is_found_again(world: World) -> None:
    world.take_in(row("ana.one"), row("ana.two"))
    for review_id in [line.review_id for line in world.lines().values()]:
        decide.override(world.desk, review_id, BIA, why("a giveaway"))
        world.clock.move(minutes=1)
    before = found(world, "giveaway")
    assert before.total == 2
    world.desk.close()
    world.database.let_go()
    store = Store(world.database.url)
    migrate.migrate(store, "0009")
    prepare(store)
    store.close()
    world.reopen()
    assert found(world, "giveaway") == before
