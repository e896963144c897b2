"""On PostgreSQL the change log is parted by scope; a reader reads one part of it."""

from sqlalchemy import text

from gridapp.county import access, upkeep
from gridapp.models.place import grid_id
from tests.county.conftest import GRID, OTHER

READ = (
    "EXPLAIN (FORMAT JSON) SELECT n, body FROM change WHERE grid_id = '{grid}'"
    " AND n > 0 ORDER BY n LIMIT 2000"
)
PARTS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'change'::regclass"


def parts(plan):
    """Names of the tables that a plan reads."""
    found = {plan["Relation Name"]} if "Relation Name" in plan else set()
    return found.union(*(parts(one) for one in plan.get("Plans", ())))


def test_a_scope_is_read_from_one_part_of_the_log(postgres, tmp_path):
    upkeep.init(tmp_path, postgres("parted"))
    with upkeep.opened(tmp_path) as county:
        access.create_enrolment(county, [GRID, OTHER], "王秀兰")
        with county.reading() as db:
            lines = db.execute(text("SELECT count(*) FROM change")).scalar_one()
            known = db.execute(text(PARTS)).scalar_one()
            read = [
                parts(plan[0]["Plan"])
                for code in (GRID, OTHER)
                for plan in db.execute(text(READ.format(grid=grid_id(code)))).scalars()
            ]
    assert lines == 2
    assert known == 16
    assert [len(one) for one in read] == [1, 1]
    assert all(one.startswith("change_") for one in read[0] | read[1])
