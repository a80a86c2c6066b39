"""In which format results are written, and what becomes of raws and animations."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from tests.commands.enhance.files import format_of
from uegan_cli.commands.shared import options
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.suffixes import SUFFIXES, WRITABLE

pytestmark = pytest.mark.usefixtures("bright", "photos")


def test_the_name_of_the_result_chooses_the_format(uegan):
    assert uegan("enhance", "a.jpg", "-s", "bright", "-o", "new.png").code == 0
    assert format_of("new.png") == "PNG"
    assert uegan("enhance", "b.png", "-s", "bright", "--format", "jpeg", "--quality", "50").code == 0
    assert format_of("b_bright.jpg") == "JPEG"


@pytest.mark.parametrize("format", options.FORMAT_NAMES)
def test_every_format_can_be_asked_for_by_name_and_by_suffix(uegan, format):
    suffix = SUFFIXES[options.FORMAT_NAMES[format]][0]
    assert uegan("enhance", "b.png", "-s", "bright", "--format", format).out == f"b.png -> b_bright{suffix}\n"
    assert uegan("enhance", "b.png", "-s", "bright", "-o", f"new{suffix}", "--quality", "80").code == 0
    for name in (f"b_bright{suffix}", f"new{suffix}"):
        photo = read_photo(name)
        assert photo.format == options.FORMAT_NAMES[format] and abs(int(photo.pixels[20, 30, 0]) - 125) <= 2


def test_the_values_of_format_are_the_writable_formats():
    (choices, *_) = get_args(get_args(options.Format)[0])
    assert get_args(choices) == tuple(options.FORMAT_NAMES)
    assert tuple(options.FORMAT_NAMES.values()) == WRITABLE


def test_a_raw_becomes_a_jpeg_or_on_request_a_16_bit_tiff(uegan, dng):
    dng("r.dng")
    assert uegan("enhance", "r.dng", "-s", "bright").out == "r.dng -> r_bright.jpg\n"
    assert uegan("enhance", "r.dng", "-s", "bright", "--format", "tiff").out == "r.dng -> r_bright.tif\n"
    photo = read_photo("r_bright.tif")
    assert (photo.format, photo.pixels.dtype) == ("TIFF", np.uint16) and format_of("r_bright.jpg") == "JPEG"


def test_a_raw_with_another_suffix_is_treated_as_a_raw(uegan, dng):
    dng("r.tif")
    assert uegan("enhance", "r.tif", "-s", "bright").code == 0
    assert format_of("r_bright.tif") == "TIFF"
    outcome = uegan("enhance", "r.tif", "-s", "bright", "--in-place")
    assert (outcome.code, "r.tif: a camera raw cannot be replaced" in outcome.err) == (2, True)
    assert not Path("r.tif_original").exists()


def test_first_frame_enhances_the_first_frame_of_an_animation(uegan):
    frames = [Image.new("RGB", (40, 30), (level, level, level)) for level in (100, 200)]
    frames[0].save("m.webp", save_all=True, append_images=frames[1:], lossless=True)
    refused = uegan("enhance", "m.webp", "-s", "bright")
    assert refused.code == 1 and "m.webp: has 2 frames; use --first-frame to take the first" in refused.err
    for strength in (1, 0):
        outcome = uegan("enhance", "m.webp", "-s", "bright", "--first-frame", "--strength", strength, "--force")
        assert outcome.code == 0 and "only the first of its 2 frames was used" in outcome.err
        assert abs(int(read_photo("m_bright.webp").pixels[20, 30, 0]) - (125 if strength else 100)) <= 2
