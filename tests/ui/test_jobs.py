"""Work runs off the UI thread, its answer arrives on it, no failure is lost."""

import threading
from functools import partial

import pytest
from PySide6.QtCore import QObject
from shiboken6 import delete

from gridapp.errors import UserError
from gridapp.ui.jobs import Jobs, Progress


@pytest.fixture
def reported():
    return []


@pytest.fixture
def jobs(qapp, reported):
    jobs = Jobs(reported.append)
    yield jobs
    jobs.close()


@pytest.mark.parametrize("queue", ["run", "run_network"])
def test_work_runs_elsewhere_and_answers_here(jobs, qtbot, queue):
    answers = []

    def done(worked_in):
        answers.append((worked_in, threading.current_thread()))

    getattr(jobs, queue)(threading.current_thread, done)
    qtbot.waitUntil(lambda: bool(answers))
    worked_in, answered_in = answers[0]
    assert worked_in is not threading.main_thread()
    assert answered_in is threading.main_thread()


def test_failure_reaches_its_own_handler(jobs, qtbot, reported):
    failures = []

    def work():
        raise UserError("磁盘已满，请清理后再试")

    jobs.run(work, lambda _: None, failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert str(failures[0]) == "磁盘已满，请清理后再试"
    assert reported == []


def test_failure_without_a_handler_is_reported(jobs, qtbot, reported):
    jobs.run(lambda: 1 // 0, lambda _: None)
    qtbot.waitUntil(lambda: bool(reported))
    assert isinstance(reported[0], ZeroDivisionError)


class Asker(QObject):
    """Waits for an answer, and may be gone when it comes."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def answered(self, words, result):
        self.setObjectName(words)
        self.heard.append(result)

    def failed(self, error):
        self.setObjectName("failed")
        self.heard.append(error)


def test_an_answer_for_a_window_that_was_closed_meanwhile_is_dropped(jobs, qtbot):
    asker = Asker()
    jobs.run(lambda: 1, partial(asker.answered, "kept"))
    qtbot.waitUntil(lambda: asker.heard == [1])
    jobs.run(lambda: 2, partial(asker.answered, "late"))
    delete(asker)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert asker.heard == [1]


def test_a_failure_for_a_window_that_was_closed_meanwhile_is_reported(
    jobs, qtbot, reported
):
    asker = Asker()
    jobs.run(lambda: 1 // 0, lambda _: None, asker.failed)
    delete(asker)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert [type(one) for one in reported] == [ZeroDivisionError]
    assert asker.heard == []


def test_store_work_keeps_its_order(jobs, qtbot):
    order = []
    for number in range(20):
        jobs.run(lambda n=number: n, order.append)
    qtbot.waitUntil(lambda: len(order) == 20)
    assert order == list(range(20))


def test_saving_does_not_wait_for_the_network(jobs, qtbot):
    gate = threading.Event()
    answers = []
    jobs.run_network(lambda: gate.wait(10), lambda _: answers.append("net"))
    jobs.run(lambda: None, lambda _: answers.append("store"))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["store"]
    gate.set()
    qtbot.waitUntil(lambda: len(answers) == 2)


def test_progress_steps_reach_the_page_and_cancel_the_work(jobs, qtbot):
    progress = Progress()
    steps = []
    progress.stepped.connect(lambda done, total, words: steps.append((done, total)))

    def work():
        for number in range(1000):
            if progress.cancelled():
                return number
            progress.step(number, 1000, "正在上报")
            if number == 3:
                progress.cancel()
        return 1000

    ended = []
    jobs.run_network(work, ended.append)
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [4]
    assert steps[-1] == (3, 1000)
