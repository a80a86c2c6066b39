"""Which files of a watched folder are complete, by a clock that the test sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import watchfiles

from uegan_cli.jobs import hot_folder
from uegan_cli.jobs.hot_folder import QUIET_SECONDS, complete_files

Watched = Callable[..., list[list[str]]]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """watched((0.0, {"a.jpg": "x"}), (2.0, {})) -> what is found whole after each time with these files written."""

    def run(*times: tuple[float, dict[str, str | None]], there: tuple[str, ...] = ()) -> list[list[str]]:
        now = 0.0

        def watch(root: Path, **_: object) -> Iterator[set[tuple[int, str]]]:
            nonlocal now
            for time, files in times:
                now = time
                for name, content in files.items():
                    path = root / name
                    path.parent.mkdir(exist_ok=True)
                    path.unlink(missing_ok=True) if content is None else path.write_text(content)
                yield {(1, str(root / name)) for name in files}

        monkeypatch.setattr(watchfiles, "watch", watch)
        monkeypatch.setattr(hot_folder, "time", SimpleNamespace(monotonic=lambda: now))
        return list(complete_files(tmp_path, lambda: there))

    return run


def test_a_file_is_whole_when_it_has_stayed_as_it_is(watched: Watched) -> None:
    assert watched((0.0, {"a.jpg": "x"}), (QUIET_SECONDS - 0.1, {})) == []
    assert watched((0.0, {"a.jpg": "x"}), (QUIET_SECONDS, {}), (2 * QUIET_SECONDS, {})) == [["a.jpg"]]


def test_a_file_that_grows_is_waited_for(watched: Watched) -> None:
    growing = [(step * (QUIET_SECONDS - 0.1), {"new/slow.jpg": "x" * step}) for step in range(1, 6)]
    last = growing[-1][0]
    assert watched(*growing, (last + QUIET_SECONDS - 0.1, {})) == []
    assert watched(*growing, (last + QUIET_SECONDS, {})) == [["new/slow.jpg"]]


def test_what_was_there_before_is_found_and_what_is_gone_or_hidden_is_not(watched: Watched, tmp_path: Path) -> None:
    (tmp_path / "before.jpg").write_text("x")
    found = watched(
        (0.0, {"gone.jpg": "x", ".hidden.jpg": "x", "b/new.jpg": "x"}),
        (1.0, {"gone.jpg": None}),
        (QUIET_SECONDS, {}),
        there=("before.jpg",),
    )
    assert found == [["b/new.jpg", "before.jpg"]]


def test_a_folder_that_arrives_with_its_files_announces_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0

    def watch(root: Path, **_: object) -> Iterator[set[tuple[int, str]]]:
        nonlocal now
        (root / "shoot/raw").mkdir(parents=True)
        for name in ("shoot/a.jpg", "shoot/raw/b.jpg", "shoot/.hidden"):
            (root / name).write_text("x")
        yield {(1, str(root / "shoot"))}
        now = QUIET_SECONDS
        yield set()

    monkeypatch.setattr(watchfiles, "watch", watch)
    monkeypatch.setattr(hot_folder, "time", SimpleNamespace(monotonic=lambda: now))
    assert list(complete_files(tmp_path)) == [["shoot/a.jpg", "shoot/raw/b.jpg"]]
