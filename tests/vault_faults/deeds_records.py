"""Deeds on records: saves, imports and their undo, migrations, the search index."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import Connection

from gridapp import migrations
from gridapp.models import RECORDS, Attachment, Issue, IssueStep, Resident, Visit
from gridapp.models.record import table_of
from gridapp.office.ledgers import ledger
from gridapp.store import batches, drafts, records, search
from gridapp.store.database import make_engine
from gridapp.store.vault import DATABASE_FILE, Store
from gridapp.work import attachments, flow, visits
from gridapp.work.attachments import PendingPhoto
from tests.conftest import id_number
from tests.vault_faults.deeds import Act, Deed, Facts, Found, Room

PERSON, VISITED = "李桂英", "lgy"
TODAY = dt.date(2026, 11, 23)


def picture(number: int) -> bytes:
    """A small photo, another one for each number."""
    colour = (number * 37 % 256, number * 91 % 256, number // 256 % 256)
    out = BytesIO()
    Image.new("RGB", (96, 64), colour).save(out, "JPEG")
    return out.getvalue()


def ids_of(store: Store, model: type) -> set[UUID]:
    """Ids of the records of a type outside the recycle bin."""
    with store.reading() as db:
        return {one["id"] for one in records.find(db, model)}


class Saves(Deed):
    """Visits with a new person, changes of one, issues with a photo, drafts."""

    name = "save of visits, changes, issues with photos, drafts"

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        people: list[UUID] = []
        form = f"visit:{rng.randrange(1 << 32)}"
        for number in range(8):
            choice = rng.choice(("visit", "visit", "change", "issue", "draft"))
            if choice == "visit" or not people:
                yield lambda: self._visit(subject, people)
            elif choice == "change":
                yield lambda n=number: self._change(subject, rng.choice(people), n)
            elif choice == "issue":
                yield lambda: self._issue(subject, rng.choice(people), rng)
            else:
                yield lambda n=number: self._draft(subject, form, n)

    def _visit(self, store: Store, people: list[UUID]) -> Facts:
        with store.writing() as tx:
            who = records.save(tx, Resident, {"name": PERSON, "note": "-1"})
            values = {"mode": "home", "started_at": tx.at, "met_whom": "self"}
            logged = visits.log_visit(tx, who, values)
        people.append(who)
        return (f"person {who.hex} -1", f"visit {logged.visit_id.hex} {who.hex}")

    def _change(self, store: Store, who: UUID, number: int) -> Facts:
        with store.writing() as tx:
            records.save(tx, Resident, {"note": str(number)}, who)
        return (f"person {who.hex} {number}",)

    def _issue(self, store: Store, who: UUID, rng: random.Random) -> Facts:
        photo = store.photos.take(picture(rng.randrange(1 << 16)))
        values = {"title_text": "楼道灯不亮", "category": "0104"}
        with store.writing() as tx:
            issue = flow.open_issue(tx, values | {"resident_id": who})
            attachments.attach(tx, "issue", issue, [PendingPhoto(photo, "a.jpg")])
        return (f"issue {issue.hex} {photo.hash}",)

    def _draft(self, store: Store, form: str, number: int) -> Facts:
        with store.writing() as tx:
            drafts.keep(tx, form, {"note": number})
        return (f"draft {form} {number}",)

    def check(self, found: Found, store: Store) -> None:
        with store.reading() as db:
            people = {one["id"]: one for one in records.find(db, Resident)}
            visited = {one["resident_id"] for one in records.find(db, Visit)}
            issues = {one["id"] for one in records.find(db, Issue)}
            traced = {one["issue_id"] for one in records.find(db, IssueStep)}
            photos = {one["owner_id"]: one for one in records.find(db, Attachment)}
            hits = search.search(db, VISITED, limit=1000, model=Resident)
            kept = {form: drafts.kept(db, form) for form, _ in found.facts("draft")}
        shown = {one.id for one in hits}
        for who, note in found.facts("person"):
            row = people.get(UUID(who))
            there = row is not None and int(row["note"]) >= int(note)
            found.expect(f"person {who} {note}", there=there)
            found.expect(f"{who} is found", there=UUID(who) in shown)
        for _, who in found.facts("visit"):
            found.expect(f"visit of {who}", there=UUID(who) in visited)
        for issue, name in found.facts("issue"):
            key = UUID(issue)
            there = key in issues and photos[key]["hash"] == name
            found.expect(
                f"issue {issue}", there=there and bool(store.photos.read(name))
            )
        for form, number in found.facts("draft"):
            draft = kept[form]
            there = draft is not None and int(draft["note"]) >= int(number)
            found.expect(f"draft {number}", there=there)
        new = {key for key, one in people.items() if one["name"] == PERSON}
        found.whole("a person without the visit", holds=new <= visited)
        found.whole("an issue without a step", holds=issues == traced)
        found.whole("an issue without its photo", holds=issues == set(photos))


class Imports(Deed):
    """A ledger goes in and is taken back as a whole."""

    name = "import of a ledger, its undo"
    PEOPLE = 30

    def prepare(self, room: Room) -> None:
        file = room.root / "居民.csv"
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["姓名", "性别", "身份证号", "电话", "楼号", "单元", "房号"])
            for number in range(self.PEOPLE):
                born = f"19{50 + number}-03-08"
                who = id_number(born, 100 + 2 * number)
                tail = (f"1380000{number:04}", "9", "1", str(101 + number))
                rows.writerow(["赵小兰", "女", who, *tail])
        store = room.opened()
        self.plan = ledger.plan_import(store, file, today=TODAY)
        store.close()
        assert sum(len(sheet.rows) for sheet in self.plan.sheets) == self.PEOPLE

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        done: list[UUID] = []

        def bring() -> Facts:
            result = ledger.apply(subject, self.plan)
            assert result.batch
            done.append(result.batch)
            return (f"imported {result.added + result.updated}",)

        def take_back() -> Facts:
            with subject.writing(batch=uuid4()) as tx:
                batches.take_back_batch(tx, done[-1])
            return ("undone",)

        yield bring
        yield take_back

    def check(self, found: Found, store: Store) -> None:
        with store.reading() as db:
            people = [
                one for one in records.find(db, Resident) if one["name"] == "赵小兰"
            ]
            hits = search.search(db, "zxl", limit=1000, model=Resident)
        found.whole("rows of an import", holds=len(people) in (0, self.PEOPLE))
        found.whole("what the search finds", holds=len(hits) == len(people))
        steps = len(found.facts("imported")) + len(found.facts("undone"))
        # With n steps confirmed, the next one may be there already.
        wanted = {0: (0, 30), 1: (30, 0), 2: (0,)}[steps]
        found.expect(f"step {steps} of the import", there=len(people) in wanted)


class Migrations(Deed):
    """An older program's vault is opened: it is brought up, a copy is kept."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.name = f"migration {version} to {migrations.HEAD}"

    def prepare(self, room: Room) -> None:
        store = room.opened()
        with store.reading() as db:
            query = "SELECT * FROM {}".format
            rows = {
                name: [
                    dict(one) for one in db.exec_driver_sql(query(source)).mappings()
                ]
                for name, source in self._tables().items()
            }
        store.close()
        for path in room.vault.glob(f"{DATABASE_FILE}*"):
            path.unlink()
        engine = make_engine(room.vault / DATABASE_FILE, room.key)
        with engine.execution_options(gridapp_writes=True).begin() as db:
            migrations.upgrade(db, "client", to=self.version)
            for name, found in rows.items():
                _fill(db, name, found)
        engine.dispose()
        self.before = {name: len(found) for name, found in rows.items()}

    @staticmethod
    def _tables() -> dict[str, str]:
        """What an older vault had as well, and where its rows are read now."""
        same = [model.__tablename__ for model in RECORDS]
        same += ["actor", "sync_state", "draft"]
        return {name: name for name in same} | {"journal": "journal_entry"}

    def begin(self, room: Room) -> None:
        return None

    def acts(self, room: Room, subject: None, rng: random.Random) -> Iterator[Act]:
        def bring_up() -> Facts:
            room.opened().close()
            return ("opened",)

        yield bring_up

    def check(self, found: Found, store: Store) -> None:
        with store.reading() as db:
            version = migrations.version_of(db)
            found.whole(f"version {version}", holds=version == migrations.HEAD)
            for name in self._tables():
                query = f"SELECT count(*) FROM {name}"
                count = db.exec_driver_sql(query).scalar_one()
                if name != "sync_state":  # an upgrade may note more there
                    found.expect(f"{name}: {count}", there=count == self.before[name])
            hits = search.search(db, "wjg", limit=1000, model=Resident)
        found.expect(
            "people are found", there=len(hits) == len(ids_of(store, Resident))
        )


def _fill(db: Connection, name: str, rows: list[dict[str, Any]]) -> None:
    """Put rows into a table, as far as it has their columns."""
    query = f"SELECT name FROM pragma_table_info('{name}')"
    known = [one for one in db.exec_driver_sql(query).scalars() if rows]
    names = [one for one in known if one in rows[0]]
    if names:
        columns = ", ".join(f'"{one}"' for one in names)
        marks = ", ".join("?" * len(names))
        values = [tuple(row[one] for one in names) for row in rows]
        db.exec_driver_sql(f"INSERT INTO {name} ({columns}) VALUES ({marks})", values)


class CatchesUp(Deed):
    """What came from the county is put into the search index afterwards, by parts."""

    name = "search index catches up"
    NAME = "周晓梅"

    def prepare(self, room: Room) -> None:
        store = room.opened()
        with store.writing() as tx:
            made = [{"name": PERSON} for _ in range(60)]
            ids = records.insert_many(tx, Resident, made)
        with store.writing() as tx:
            table = table_of(Resident)
            query = table.update().where(table.c.id.in_(ids))
            tx.db.execute(query.values(name=self.NAME, updated_at=tx.at))
            search.postpone(tx.db, Resident, [one.hex for one in ids])
        store.close()
        self.count = len(ids)

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        def go_on() -> Facts:
            with subject.writing() as tx:
                done = search.catch_up(tx.db, 15)
            return (f"indexed {done}",)

        for _ in range(4):
            yield go_on

        def rebuild() -> Facts:
            with subject.writing() as tx:
                search.rebuild(tx.db)
            return ()

        yield rebuild

    def check(self, found: Found, store: Store) -> None:
        while True:
            with store.writing() as tx:
                if not search.catch_up(tx.db, 100):
                    break
        with store.reading() as db:
            hits = search.search(db, self.NAME, limit=1000, model=Resident)
        found.expect("all are found", there=len(hits) == self.count)
