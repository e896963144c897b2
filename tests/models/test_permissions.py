"""Who may do what on a laptop: the table, and the sentences of its refusals."""

import pytest

from gridapp.models.permissions import (
    IT,
    SECRETARY,
    WORKER,
    Act,
    NotAllowed,
    allowed,
    demand,
    refusal,
)

ROLES = (WORKER, SECRETARY, IT)


def test_who_is_responsible_may_do_everything():
    assert [act for act in Act if not allowed(SECRETARY, act)] == []


def test_a_worker_does_the_daily_work_and_takes_out_whole_numbers_one_by_one():
    may = {act for act in Act if allowed(WORKER, act)}
    assert may == {
        Act.RECORDS,
        Act.REVEAL,
        Act.IMPORT,
        Act.EXPORT_MASKED,
        Act.FILL_OWN_FULL,
        Act.PRINT_MASKED,
        Act.PRINT_ONE_FULL,
    }


def test_who_keeps_the_computer_sees_nobody():
    may = {act for act in Act if allowed(IT, act)}
    assert may == {Act.RESTORE, Act.ACCOUNTS, Act.ENROL, Act.REPAIR}


@pytest.mark.parametrize("role", ["", "Secretary", "county", "admin"])
def test_an_unknown_role_may_do_nothing(role):
    assert not any(allowed(role, act) for act in Act)
    assert all(refusal(role, act) for act in Act)


@pytest.mark.parametrize("act", Act)
def test_every_refusal_says_who_may_and_every_permission_is_silent(act):
    for role in ROLES:
        words = refusal(role, act)
        if allowed(role, act):
            assert words == ""
            demand(role, act)
            continue
        may = [one for one in ROLES if allowed(one, act)]
        shown = {WORKER: "网格员", SECRETARY: "负责人", IT: "技术人员"}
        assert any(shown[one] in words for one in may), words
        assert "登录" in words
        with pytest.raises(NotAllowed, match=words[:8]):
            demand(role, act)
