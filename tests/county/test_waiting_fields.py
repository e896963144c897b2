"""Fields that wait to be understood, of records that were refused for another cause."""

from tests.county.caller import Caller


def test_a_field_that_waits_of_a_record_that_was_refused_stops_no_later_push(county):
    """It was tried again alone, and the whole record was held a second time under the
    same number: the database refused that, and every later push of the laptop."""
    caller = Caller.of(county)

    first, told = caller.push(caller.new(name=["不是文字"], newer_field="新版本的内容"))
    later = [caller.push(caller.new(name=f"居民{at}")) for at in range(3)]

    assert first == 200
    assert {one.field for one in told.pushed.held} >= {None}
    assert [(status, reply.pushed.taken) for status, reply in later] == [(200, 1)] * 3
    assert [reply.pushed.held for _, reply in later] == [[], [], []]
