from __future__ import annotations

from pathlib import Path

from tests.known_looks import apply_look, bright_airy
from uegan_cli.look_fitting.content_change import content_change
from uegan_cli.training.data import load_photos


def test_tone_does_not_count_as_content_and_other_subjects_do(raw_photos: list[Path]) -> None:
    photos = list(load_photos(raw_photos[:40:8], 192).values())
    toned = [apply_look(bright_airy, photo) for photo in photos]
    mirrored = [photo.flip(2) for photo in photos]
    assert content_change(photos, photos) < 1e-3
    assert content_change(photos, toned) < 0.05
    assert content_change(photos, mirrored) > 0.5
