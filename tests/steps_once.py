"""The steps of an empty file run once a process; what they said is said again after.

Alembic needs a quarter of a second for the file of a vault, the statements themselves a
tenth of that, and a run of the tests makes some hundred vaults and counties.
"""

from sqlalchemy import event

from gridapp import migrations


class StepsOnce:
    """In place of `migrations` where files are made; of anything but an empty SQLite
    file it does just what that does."""

    def __init__(self):
        self._said = {}  # statements with their parameters, by side

    def __getattr__(self, name):
        return getattr(migrations, name)

    def upgrade(self, db, side):
        if db.dialect.name != "sqlite" or migrations.version_of(db) is not None:
            migrations.upgrade(db, side)
        elif side in self._said:
            driver = db.connection.driver_connection
            for statement, given in self._said[side]:
                driver.execute(statement, given)
        else:
            self._said[side] = self._heard(db, side)

    def _heard(self, db, side):
        said = []

        def hear(_db, _cursor, statement, given, _context, many):
            assert not many
            said.append((statement, given))

        event.listen(db, "before_cursor_execute", hear)
        try:
            migrations.upgrade(db, side)
        finally:
            event.remove(db, "before_cursor_execute", hear)
        return said
