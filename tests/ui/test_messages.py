"""The report of a bug holds what a developer needs and no person's data."""

from gridapp.ui.messages import report_of


def test_report_has_the_traceback_but_no_names_or_numbers():
    value = "".join(("李桂", "英 990100", "194401010028"))
    try:
        raise KeyError(value)
    except KeyError as error:
        report = report_of(error)
    assert "test_messages.py" in report
    assert "KeyError" in report
    assert "桂英" not in report
    assert "19440101" not in report
