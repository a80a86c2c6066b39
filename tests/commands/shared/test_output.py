from __future__ import annotations

import pytest

from uegan_cli.commands.shared.output import Report, counted, format_duration, format_size, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [("ü 写真.jpg", "ü 写真.jpg"), ("a\nb", "a\\nb"), ("\x1b[31m", "\\x1b[31m"), ("\u202egpj", "\\u202egpj")],
)
def test_text_is_printed_without_what_a_terminal_would_obey(text, shown):
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (8_332_965, "8.3 MB"), (79e9, "79 GB"), (5e12, "5.0 TB")],
)
def test_sizes_are_said_as_people_say_them(size, words):
    assert format_size(int(size)) == words


def test_counts_have_their_plural():
    assert [counted(n, "photo") for n in (0, 1, 2)] == ["0 photos", "1 photo", "2 photos"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "5 seconds"),
        (33, "35 seconds"),
        (55, "1 minute"),
        (725, "12 minutes"),
        (80 * 60, "80 minutes"),
        (2 * 3600, "2 hours"),
        (5e5, "6 days"),
    ],
)
def test_times_are_said_as_people_say_them(seconds, words):
    assert format_duration(seconds) == words


def test_json_takes_the_place_of_lines(capsys):
    report = Report(json=True)
    report.result("a line")
    report.record({"name": "ü"})
    assert capsys.readouterr().out == '{"name": "ü"}\n'


def test_quiet_silences_messages_but_no_results_and_no_complaints(capsys):
    report = Report(quiet=True, verbose=True)
    report.say("message")
    report.detail("detail")
    report.progress_line("a -> b")
    report.result("asked for")
    report.complain("wrong")
    assert capsys.readouterr() == ("asked for\n", "uegan: wrong\n")


def test_there_is_no_bar_where_nobody_looks(capsys):
    with Report().bar(2, "photos") as advance:
        advance("a")
    assert capsys.readouterr() == ("", "")
