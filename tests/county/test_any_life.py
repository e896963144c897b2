"""Whatever any number of people do, in whatever order they sync and whatever the line
does: all end up with the same, and nothing that anybody entered is lost."""

import datetime as dt
import os
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from uuid_utils.compat import uuid7

from gridapp.store.batches import take_back_batch
from gridapp.store.undo import noted, take_back
from tests.county import acts
from tests.county.life import FAULTS, MEANWHILE, OK, Life, World

EXAMPLES = int(os.environ.get("GRIDAPP_EXAMPLES", "0"))
MOST = 5  # laptops
SKEWS = (dt.timedelta(0), dt.timedelta(days=-900), dt.timedelta(days=700))
who = st.integers(0, MOST - 1)
few = st.integers(0, 5)
plans = st.lists(st.sampled_from((OK, *FAULTS)), min_size=1, max_size=3)
joining = st.tuples(
    st.sampled_from([(0,), (1,), (0, 1), (0, 1)]), st.sampled_from(SKEWS)
)


class AnyLife(RuleBasedStateMachine):
    def __init__(self, world):
        super().__init__()
        self.life = Life(world)
        self.spans = []
        self.batches = []

    @initialize(second=joining, others=st.lists(joining, max_size=2))
    def first_days(self, second, others):
        first = self._join((0, 1), SKEWS[0])
        self.life.work(first, acts.first_days)
        self.life.sync(first)
        for grids, skew in [second, *others]:
            self.life.sync(self._join(grids, skew))

    def _join(self, grids, skew):
        return self.life.join(tuple(self.life.codes[at] for at in grids), skew)

    def _person(self, who):
        return self.life.people[who % len(self.life.people)]

    def _work(self, who, act, *given, batch=None):
        return self.life.work(self._person(who), acts.doing(act, *given), batch)

    @rule(who=who, act=st.sampled_from(acts.NEW), a=few, b=few)
    def make(self, who, act, a, b):
        self._work(who, act, a, b)

    @rule(who=who, act=st.sampled_from(acts.GO_ON), a=few, b=few)
    def go_on(self, who, act, a, b):
        self._work(who, act, a, b)

    @rule(
        who=who,
        model=st.sampled_from(acts.EDITED),
        which=few,
        fields=st.lists(few, min_size=1, max_size=3),
    )
    def edit(self, who, model, which, fields):
        self._work(who, acts.edit, model, which, fields)

    @rule(who=who, which=few, at=few)
    def edit_a_resident(self, who, which, at):
        self._work(who, acts.edit, acts.Resident, which, [at])

    @rule(who=who, model=st.sampled_from(acts.EDITED), which=few, at=few)
    def enter_alike(self, who, model, which, at):
        self._work(who, acts.alike, model, which, at)

    @rule(who=who, which=few, at=st.integers(0, 11))
    def change_under_a_rule(self, who, which, at):
        self._work(who, acts.ruled, which, at)

    @rule(who=who, model=st.sampled_from(acts.EDITED), which=few, at=few)
    def point(self, who, model, which, at):
        self._work(who, acts.point, model, which, at)

    @rule(who=who, model=st.sampled_from(acts.BINNED), which=few, at=few)
    def delete(self, who, model, which, at):
        self._work(who, acts.delete, model, which, at)

    @rule(who=who, model=st.sampled_from(acts.BINNED), which=few, at=few)
    def restore(self, who, model, which, at):
        self._work(who, acts.restore, model, which, at)

    @rule(who=who, model=st.sampled_from(acts.MOVED), which=few, at=few)
    def move(self, who, model, which, at):
        self._work(who, acts.move, model, which, at)

    @rule(who=who, a=few, b=few)
    def bring_in_a_ledger(self, who, a, b):
        batch = uuid7()
        if self._work(who, acts.bring, a, b, batch=batch):
            self.batches.append((self._person(who), batch))

    @precondition(lambda self: self.batches)
    @rule(which=few)
    def take_a_ledger_back(self, which):
        person, batch = self.batches[which % len(self.batches)]
        self.life.work(person, lambda hand: take_back_batch(hand.tx, batch))

    @rule(who=who, act=st.sampled_from((*acts.NEW, *acts.GO_ON)), a=few, b=few)
    def do_and_note(self, who, act, a, b):
        done = []

        def work(hand):
            done.append(noted(hand.tx, lambda tx: act(hand, a, b)))

        if self.life.work(self._person(who), work):
            self.spans.append((self._person(who), done[0]))

    @precondition(lambda self: self.spans)
    @rule(which=few)
    def undo(self, which):
        person, span = self.spans[which % len(self.spans)]
        self.life.work(person, lambda hand: take_back(hand.tx, span))

    @rule(who=who, which=few, choice=st.sampled_from(("mine", "theirs", "both")))
    def decide(self, who, which, choice):
        self._work(who, acts.decide, which, choice)

    @rule(who=who)
    def sync(self, who):
        self.life.sync(self._person(who))

    @rule(who=who)
    def sync_again(self, who):
        self.life.sync(self._person(who))

    @rule(who=who, plan=plans, which=few, at=few)
    def sync_on_a_bad_line(self, who, plan, which, at):
        person = self._person(who)
        if MEANWHILE in plan:
            act = (acts.edit, acts.delete, acts.move, acts.alike)[at % 4]
            last = [at] if act is acts.edit else at
            work = acts.doing(act, acts.Resident, which, last)
            person.line.meanwhile = lambda: self.life.work(person, work)
        self.life.sync(person, plan)

    @rule(who=who)
    def shut_out(self, who):
        self.life.shut_out(self._person(who))

    @rule(who=who, grids=st.sampled_from([(), (0,), (1,)]))
    def let_in_again(self, who, grids):
        person = self._person(who)
        if person.out:
            self.life.let_in_again(person, [self.life.codes[at] for at in grids])

    @precondition(lambda self: len(self.life.people) < MOST)
    @rule(new=joining)
    def join(self, new):
        self._join(*new)

    @rule(who=who)
    def lay_a_copy_aside(self, who):
        self.life.lay_a_copy_aside(self._person(who))

    @rule(who=who)
    def bring_the_copy_back(self, who):
        person = self._person(who)
        if person.aside is not None:
            self.life.bring_the_copy_back(person)
            self.spans = [one for one in self.spans if one[0] is not person]
            self.batches = [one for one in self.batches if one[0] is not person]

    @rule(now=st.integers(0, 4))
    def all_is_quiet(self, now):
        if now == 4:
            self.life.settle()
            self.life.check()

    def teardown(self):
        try:
            if self.life.people:
                self.life.settle()
                self.life.check()
        finally:
            self.life.end()


@pytest.fixture
def world(county, laptops_key, tmp_path):
    template, key = laptops_key
    return World(county, template, key, tmp_path)


def test_all_end_up_with_the_same_and_nothing_is_lost(world):
    run_state_machine_as_test(
        partial(AnyLife, world),
        settings=settings(
            max_examples=EXAMPLES or (2 if world.county.postgres else 6),
            stateful_step_count=40,
            deadline=None,
            derandomize=not EXAMPLES,
            database=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=tuple(Phase),
        ),
    )
    print(f"{world.lives} lives, {world.acts} acts, {world.syncs} syncs")
