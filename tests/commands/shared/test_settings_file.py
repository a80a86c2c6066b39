from __future__ import annotations

import pytest

from uegan_cli.paths import config_file

pytestmark = pytest.mark.usefixtures("photos")


def style_used(uegan, *arguments):
    """What the style is taken to be, read off the refusal."""
    return uegan("enhance", "a.jpg", *arguments).err.split("called ")[1].split("'")[1]


def test_a_flag_wins_over_a_variable_and_that_over_the_file(uegan, monkeypatch):
    config_file().write_text('style = "from-file"\n')
    assert style_used(uegan) == "from-file"
    monkeypatch.setenv("UEGAN_STYLE", "from-variable")
    assert style_used(uegan) == "from-variable"
    assert style_used(uegan, "-s", "from-flag") == "from-flag"


def test_a_commands_table_wins_over_what_is_for_all(uegan):
    config_file().write_text('style = "all"\n[enhance]\nstyle = "here"\n')
    assert style_used(uegan) == "here"


def test_options_may_be_written_as_on_the_command_line(uegan, bright):
    config_file().write_text('[enhance]\nstyle = "bright"\ndry-run = true\n')
    assert "nothing was written" in uegan("enhance", "a.jpg").err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('styel = "x"', "'styel' is not an option; did you mean 'style'?"),
        ("[enhance]\nqualitty = 1", "'qualitty' is not an option of enhance; did you mean 'quality'?"),
        ("[enhanse]\nquality = 1", "'enhanse' is not a command; did you mean 'enhance'?"),
        ("zzz = 1", "'zzz' is not an option; remove it"),
        ("a = [", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_the_way_out(uegan, text, said):
    config_file().write_text(text)
    outcome = uegan("enhance", "a.jpg")
    assert outcome.code == 2
    assert said in outcome.err and "config.toml" in outcome.err


def test_a_value_of_the_wrong_kind_is_a_usage_error(uegan):
    config_file().write_text('[enhance]\nquality = "best"\n')
    outcome = uegan("enhance", "a.jpg")
    assert outcome.code == 2
    assert "quality" in outcome.err
