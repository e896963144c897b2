"""What people do on a laptop, for the stories of any life: each act takes a Hand."""

import datetime as dt
from functools import partial

from gridapp.models import (
    RECORDS,
    Attachment,
    Building,
    CarePlan,
    CareRound,
    Contact,
    Dispute,
    Dwelling,
    Finding,
    Grid,
    Household,
    Issue,
    IssueStep,
    Patrol,
    PatrolPoint,
    PatrolStop,
    Resident,
    ResidentTag,
    Visit,
    Worker,
)
from gridapp.models.kinds import NOTE, TEXT
from gridapp.models.record import fields_of
from gridapp.store import conflicts, records
from gridapp.work import disputes, flow, merging, plans, recycle, visits

DAY = dt.date(2026, 11, 20)
SAME = ("甲", "乙")  # what several people may enter alike
KEPT = (Grid, Worker)  # not deleted, not moved
EDITED = tuple(one for one in RECORDS if one not in (Worker, IssueStep))
BINNED = tuple(one for one in EDITED if one not in KEPT)
MOVED = (Building, Dwelling, Household, Resident, Issue, Dispute, Patrol)


def texts(model):
    """Fields that take any words, the required ones last."""
    found = [
        one
        for one in fields_of(model)
        if one.kind in (TEXT, NOTE)
        and not (one.codes or one.target)
        and (model, one.name) not in {(Grid, "code"), (Attachment, "owner_type")}
    ]
    return sorted(found, key=lambda one: one.required)


def first_days(hand):
    """What stands in the county when a story begins."""
    for grid in hand.life.grids:
        if grid in {one["id"] for one in records.find(hand.tx.db, Grid)}:
            building = hand.new(Building, "address", number="3", grid_id=grid)
            door = hand.new(Dwelling, "note", building_id=building, room="501")
            home = hand.new(Household, "note", dwelling_id=door)
            person = hand.new(Resident, "note", household_id=home, name="李桂英")
            hand.new(Contact, "note", resident_id=person, name="李强", rank=1)


def move_in(hand, a, b):
    """A door with somebody behind it."""
    building = hand.pick(Building, a)["id"]
    door = hand.new(Dwelling, "note", building_id=building, room=str(b))
    home = hand.new(Household, "note", dwelling_id=door)
    hand.new(Resident, "note", household_id=home, name=f"张{b}")


def new_part(hand, a, b):
    """Something that belongs to a resident."""
    person = hand.pick(Resident, a)["id"]
    if b % 4 == 0:
        hand.new(Contact, "note", resident_id=person, name="李芳", rank=b + 1)
    elif b % 4 == 1:
        tag = {"resident_id": person, "tag": "alone", "since": DAY}
        hand.new(ResidentTag, "reason", **tag)
    elif b % 4 == 2:
        word, days = hand.word(person), 1 + hand.life.words % 300
        made = plans.set_plan(hand.tx, person, "visit", days, word, DAY)
        hand.entered[-1] = (made, word)
    else:
        told = {"resident_id": person, "mode": "home", "started_at": hand.tx.at}
        hand.new(Visit, "note", **told)


def visit(hand, a, b):
    """A visit with everything that follows from it."""
    person = hand.pick(Resident, a)["id"]
    hazards = ("gas",) if b % 2 else None
    word = hand.word(person)
    made = visits.log_visit(hand.tx, person, {"note": word, "hazards": hazards})
    hand.entered[-1] = (made.visit_id, word)


def patrol(hand, a, b):
    building = hand.pick(Building, a)["id"]
    point = hand.new(PatrolPoint, "look_at", name="消火栓", interval_days=b + 1)
    walk = hand.new(Patrol, "note", started_at=hand.tx.at)
    stop = {"patrol_id": walk, "point_id": point, "building_id": building}
    key = hand.new(PatrolStop, "note", at=hand.tx.at, state="0", **stop)
    found = {"patrol_id": walk, "stop_id": key, "category": "01", "place": "楼道"}
    hand.new(Finding, "note", **found)


def care_round(hand, a, b):
    days = {"starts_on": DAY, "due_on": DAY, "ends_on": DAY}
    hand.new(CareRound, "note", name="寒潮", reason="cold", way="visit", **days)


def photo(hand, a, b):
    owner = {"owner_type": "resident", "owner_id": hand.pick(Resident, a)["id"]}
    kept = {"hash": f"{b:064x}", "media_type": "image/webp", "size": b}
    hand.new(Attachment, "name", kind="photo", **owner, **kept)


def issue(hand, a, b):
    person = hand.pick(Resident, a)["id"]
    action = ("report", "work")[b % 2]
    word = hand.word(person)
    told = {"title_text": word, "category": "01", "resident_id": person}
    hand.entered[-1] = (flow.open_issue(hand.tx, told, action), word)


def issue_step(hand, a, b):
    found = hand.pick(Issue, a)
    steps = flow.trace(hand.tx.db, found["id"])
    can = flow.moves_of(found, steps, flow.role_of(hand.tx))
    if can:
        word = hand.word(found["id"])
        action = can[b % len(can)].action
        done = flow.step(hand.tx, found["id"], action, word)
        hand.entered[-1] = (done.step_id, word)
        if b % 5 == 4:
            flow.undo(hand.tx, done)


def dispute(hand, a, b):
    parties = [
        {"resident_id": hand.pick(Resident, at)["id"], "name": "张"} for at in (a, b)
    ]
    word = hand.word(parties[0]["resident_id"])
    told = {"name": "漏水", "place": "3号楼", "dispute_kind": "0201", "summary": word}
    key = disputes.register_dispute(hand.tx, told, parties)
    hand.entered[-1] = (key, word)


def mediate(hand, a, b):
    found = hand.pick(Dispute, a)["id"]
    word = hand.word(found)
    told = {"mediators": "周敏", "facts": word}
    hand.entered[-1] = (disputes.hold_session(hand.tx, found, told), word)


def edit(hand, model, which, fields):
    """Words into some fields of one record of any type."""
    row = hand.pick(model, which)
    able = texts(model)
    values = {able[at % len(able)].name: hand.word(row["id"]) for at in fields}
    records.save(hand.tx, model, values, row["id"])
    hand.entered = [one for one in hand.entered if one[1] in values.values()]


def alike(hand, model, which, at):
    """What others may enter alike, or nothing at all."""
    row, able = hand.pick(model, which), texts(model)
    one = able[at % len(able)]
    value = (*SAME, None)[at % (2 if one.required else 3)]
    records.save(hand.tx, model, {one.name: value}, row["id"])


RULED = (
    (Resident, {"life_state": "deceased", "died_on": DAY}),
    (Resident, {"life_state": "living", "died_on": None}),
    (Resident, {"presence": "moved", "moved_on": DAY}),
    (Resident, {"presence": "here", "moved_on": None}),
    (Visit, {"condition": "unwell", "note": "头晕"}),
    (Visit, {"condition": None, "note": None}),
    (CarePlan, {"until": DAY + dt.timedelta(5)}),
    (CarePlan, {"since": DAY + dt.timedelta(9), "until": None}),
    (Dispute, {"deadline": DAY + dt.timedelta(10), "happened_on": DAY}),
    (Dispute, {"happened_on": DAY + dt.timedelta(20), "deadline": dt.date.max}),
    (Dwelling, {"rent_use": None, "tenure": "vacant"}),
    (Dwelling, {"tenure": None, "rent_use": "01"}),
)


def ruled(hand, which, at):
    """Fields that hang together by a rule: good alone, perhaps not with another's."""
    model, values = RULED[at % len(RULED)]
    records.save(hand.tx, model, values, hand.pick(model, which)["id"])


def point(hand, model, which, at):
    """Make a record point to another one."""
    links = [one for one in fields_of(model) if one.target and not one.part]
    if model is Resident:
        links = [one for one in fields_of(model) if one.target]
    if not links:
        return
    link = links[at % len(links)]
    target = next(one for one in RECORDS if one.__tablename__ == link.target)
    row, other = hand.pick(model, which), hand.pick(target, at)
    records.save(hand.tx, model, {link.name: other["id"]}, row["id"])
    if link.part:
        records.move(hand.tx, model, row["id"], other["grid_id"])


def delete(hand, model, which, at):
    key = hand.pick(model, which)["id"]
    (records.delete if at % 2 else recycle.delete)(hand.tx, model, key)


def restore(hand, model, which, at):
    key = hand.pick(model, which, deleted=True)["id"]
    (records.undelete if at % 2 else recycle.restore)(hand.tx, model, key)


def move(hand, model, which, at):
    """To the other grid, with everything that belongs to it."""
    grids = [one["id"] for one in records.find(hand.tx.db, Grid)]
    row = hand.pick(model, which)
    records.move(hand.tx, model, row["id"], grids[at % len(grids)])


def merge(hand, a, b):
    """Two files of one person."""
    kept, other = hand.pick(Resident, a)["id"], hand.pick(Resident, b)["id"]
    merging.merge(hand.tx, kept, other, {"mobility": hand.word(kept)})


def bring(hand, a, b):
    """An import: some new people, and the same field of all that are there."""
    home = hand.pick(Household, a)["id"]
    for _ in range(b % 3):
        hand.new(Resident, "workplace", household_id=home, name="王")
    for row in records.find(hand.tx.db, Resident)[: b + 1]:
        values = {"workplace": hand.word(row["id"])}
        records.save(hand.tx, Resident, values, row["id"])


def decide(hand, which, choice):
    waiting = conflicts.waiting(hand.tx.db)
    if waiting:
        conflicts.decide(hand.tx, waiting[which % len(waiting)].id, choice)


NEW = (move_in, new_part, visit, patrol, care_round, photo, issue, dispute)
GO_ON = (new_part, issue_step, mediate, merge)
CHANGED = {"move": move, "delete": delete, "restore": restore, "point": point}


def doing(act, *given):
    """The act with everything but the hand."""
    return partial(lambda hand, a, g: a(hand, *g), a=act, g=given)
