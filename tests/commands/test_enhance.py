from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from uegan_cli.commands.shared import options
from uegan_cli.commands.shared.output import Report
from uegan_cli.photo.reading import MAX_PIXELS, read_photo
from uegan_cli.photo.suffixes import SUFFIXES, WRITABLE

from ..photo.formats.dng import dng as dng_of
from .conftest import environment, interrupt

RAWS = Path("raws", "a_bright.jpg")

pytestmark = pytest.mark.usefixtures("bright", "photos")


@pytest.fixture
def dng():
    """dng("a.dng") -> a camera raw of that name."""

    def make(name):
        Path(name).write_bytes(dng_of(np.full((32, 48, 3), 100, np.uint8)))

    return make


def level(path):
    with Image.open(path) as picture:
        return int(np.asarray(picture)[20, 30, 0])


def format_of(path):
    with Image.open(path) as picture:
        return picture.format


def there():
    return sorted(str(path) for path in Path(".").rglob("*") if path.is_file())


def test_a_photo_is_enhanced_beside_itself(uegan):
    outcome = uegan("enhance", "a.jpg", "-s", "bright")
    assert (outcome.code, outcome.out) == (0, "a.jpg -> a_bright.jpg\n")
    assert "1 enhanced in" in outcome.err
    assert abs(level("a_bright.jpg") - 125) <= 1


def test_the_same_glob_again_enhances_nothing_twice(uegan):
    uegan("enhance", "*", "-s", "bright")
    files = there()
    again = uegan("enhance", "*", "-s", "bright", "--json")
    assert again.code == 0
    assert again.records[-1]["summary"] == {"enhanced": 0, "skipped": 4, "failed": 0}
    forced = uegan("enhance", "*", "-s", "bright", "--json", "--force")
    assert forced.records[-1]["summary"] == {"enhanced": 2, "skipped": 2, "failed": 0}
    assert there() == files


def test_why_nothing_was_done_is_said(uegan):
    uegan("enhance", "a.jpg", "-s", "bright")
    assert "a.jpg: a_bright.jpg exists; --force replaces it" in uegan("enhance", "a.jpg", "-s", "bright").err


def test_json_is_an_object_a_photo_and_then_a_summary(uegan, bright):
    *photos, summary = uegan("enhance", "a.jpg", "b.png", "-s", "bright", "--json").records
    assert [photo["output"] for photo in photos] == ["a_bright.jpg", "b_bright.png"]
    assert {photo["status"] for photo in photos} == {"enhanced"}
    assert (photos[0]["width"], photos[0]["height"]) == (64, 48)
    assert (summary["style"], summary["style_hash"], summary["strength"]) == ("bright", bright.hash, 1.0)


def test_one_bad_photo_stops_no_other(uegan):
    Path("bad.jpg").write_bytes(b"no photo")
    outcome = uegan("enhance", "bad.jpg", "gone.jpg", "a.jpg", "-s", "bright")
    assert outcome.code == 1
    assert "uegan: bad.jpg: not a photo" in outcome.err
    assert "uegan: gone.jpg: no such file" in outcome.err
    assert Path("a_bright.jpg").exists()


def test_fail_fast_stops_at_the_first(uegan):
    Path("0.jpg").write_bytes(b"no photo")
    for number in range(1, 9):
        Path(f"{number}.png").write_bytes(Path("b.png").read_bytes())
    outcome = uegan("enhance", "?.*", "-s", "bright", "--fail-fast", "--json")
    assert outcome.code == 1
    assert [record["status"] for record in outcome.records[:-1]] == ["failed"]
    assert len(list(Path(".").glob("*_bright*"))) < 9


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gone.jpg"], 3, "gone.jpg: there is no such photo"),
        (["*.tif"], 3, "*.tif: no photos here"),
        ([".", "--include", "*.x"], 3, "--include and --exclude leave no photo"),
        (["a.jpg", "-s", "nope"], 4, "no style called 'nope'"),
        (["a.jpg", "-s", "brght"], 4, "did you mean 'bright'?"),
        (["a.jpg", "-s", "./gone.safetensors"], 4, "gone.safetensors: there is no such file"),
        (["a.jpg", "-s", "../../etc/passwd"], 4, "passwd"),
        (["a.jpg", "--device", "cuda:99"], 5, "device cuda:99 is not available"),
        (["a.jpg", "--device", "warp"], 5, "unknown device 'warp'"),
        (["a.jpg", "-o", "a.jpg", "--force"], 2, "over an input"),
        (["a.jpg", "b.png", "-o", "out.jpg"], 2, "is one file for 2 photos"),
        (["a.jpg", "--in-place", "-o", "x"], 2, "--in-place keeps"),
        (["a.jpg", "--in-place", "--format", "png"], 2, "--in-place keeps"),
        (["a.jpg", "--force", "--update"], 2, "choose one"),
        (["a.jpg", "-0"], 2, "add --files-from"),
        (["-"], 2, "use it alone"),
        (["-", "a.jpg", "-o", "x"], 2, "use it alone"),
        (["a.jpg", "b.png", "-o", "-"], 2, "one photo to standard output"),
        (["a.jpg", "-o", "a.jpg/x.jpg"], 7, "cannot be made"),
        (["a.jpg", "-o", "x.nef"], 2, "x.nef: photos are not written in this format"),
        (["a.jpg", "--in-place", "--strength", "0"], 2, "--strength 0 changes nothing"),
        (["raw.nef", "--in-place"], 2, "raw.nef: a camera raw cannot be replaced"),
        (["loop.jpg"], 1, "Too many levels of symbolic links"),
        (["gone/"], 3, "there is no such photo"),
        ([""], 2, "name is empty"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_an_exit_code(uegan, arguments, code, said):
    Path("raw.nef").write_bytes(b"II*\0")
    Path("loop.jpg").symlink_to("loop.jpg")
    before = there()
    outcome = uegan("enhance", "-s", "bright", *arguments)
    assert outcome.code == code
    lines = [line for line in outcome.err.splitlines() if line.startswith("uegan: ")]
    assert len(lines) == 1 and said in lines[0]
    assert "Traceback" not in outcome.err
    assert there() == before


def test_two_photos_with_one_output_are_refused_before_any_work(uegan):
    Image.open("b.png").save("a.png")
    before = there()
    outcome = uegan("enhance", "a.jpg", "a.png", "-s", "bright", "--format", "png")
    assert (outcome.code, there()) == (2, before)
    assert "would both be written to a_bright.png" in outcome.err


def test_a_tree_keeps_its_shape_below_the_output(uegan):
    Path("in/x").mkdir(parents=True)
    os.rename("a.jpg", "in/x/a.jpg")
    os.rename("b.png", "in/b.png")
    assert uegan("enhance", "in", "-r", "-s", "bright", "-o", "out").code == 0
    assert there() == ["in/b.png", "in/x/a.jpg", "out/b_bright.png", "out/x/a_bright.jpg"]


def test_a_list_names_the_photos(uegan):
    Path("c\nd.jpg").write_bytes(Path("a.jpg").read_bytes())
    outcome = uegan("enhance", "--files-from", "-", "-0", "-s", "bright", stdin=b"c\nd.jpg\0b.png\0")
    assert outcome.code == 0
    assert outcome.out == "c\\nd.jpg -> c\\nd_bright.jpg\nb.png -> b_bright.png\n"


def test_the_outputs_name_chooses_the_format(uegan):
    assert uegan("enhance", "a.jpg", "-s", "bright", "-o", "new.png").code == 0
    assert format_of("new.png") == "PNG"
    assert uegan("enhance", "b.png", "-s", "bright", "--format", "jpeg", "--quality", "50").code == 0
    assert format_of("b_bright.jpg") == "JPEG"


@pytest.mark.parametrize("format", options.FORMAT_NAMES)
def test_every_format_is_written_by_its_name(uegan, format):
    suffix = SUFFIXES[options.FORMAT_NAMES[format]][0]
    assert uegan("enhance", "b.png", "-s", "bright", "--format", format).out == f"b.png -> b_bright{suffix}\n"
    assert uegan("enhance", "b.png", "-s", "bright", "-o", f"new{suffix}", "--quality", "80").code == 0
    for name in (f"b_bright{suffix}", f"new{suffix}"):
        photo = read_photo(name)
        assert photo.format == options.FORMAT_NAMES[format] and abs(int(photo.pixels[20, 30, 0]) - 125) <= 2


def test_the_formats_on_offer_are_those_that_can_be_written():
    (choices, *_) = get_args(get_args(options.Format)[0])
    assert get_args(choices) == tuple(options.FORMAT_NAMES)
    assert tuple(options.FORMAT_NAMES.values()) == WRITABLE


def test_a_raw_becomes_a_jpeg_and_on_request_a_tiff_of_16_bits(uegan, dng):
    dng("r.dng")
    assert uegan("enhance", "r.dng", "-s", "bright").out == "r.dng -> r_bright.jpg\n"
    assert uegan("enhance", "r.dng", "-s", "bright", "--format", "tiff").out == "r.dng -> r_bright.tif\n"
    photo = read_photo("r_bright.tif")
    assert (photo.format, photo.pixels.dtype) == ("TIFF", np.uint16) and format_of("r_bright.jpg") == "JPEG"


def test_a_raw_that_is_called_otherwise_is_one_all_the_same(uegan, dng):
    dng("r.tif")
    assert uegan("enhance", "r.tif", "-s", "bright").code == 0
    assert format_of("r_bright.tif") == "TIFF"
    outcome = uegan("enhance", "r.tif", "-s", "bright", "--in-place")
    assert (outcome.code, "r.tif: a camera raw cannot be replaced" in outcome.err) == (2, True)
    assert not Path("r.tif_original").exists()


def test_of_a_raw_and_its_jpeg_the_jpeg_is_taken(uegan, dng):
    dng("a.dng")
    outcome = uegan("enhance", ".", "-s", "bright", "--json")
    summary = outcome.records[-1]["summary"]
    assert (outcome.code, summary) == (0, {"enhanced": 2, "skipped": 1, "failed": 0})
    assert "a.dng: a.jpg is the same shot" in outcome.err
    assert uegan("enhance", ".", "-s", "bright", "--include", "*.dng", "-o", "raws").out == f"a.dng -> {RAWS}\n"


def test_of_an_animation_the_first_picture_is_taken_on_request(uegan):
    frames = [Image.new("RGB", (40, 30), (level, level, level)) for level in (100, 200)]
    frames[0].save("m.webp", save_all=True, append_images=frames[1:], lossless=True)
    refused = uegan("enhance", "m.webp", "-s", "bright")
    assert refused.code == 1 and "m.webp: has 2 frames; --first-frame takes the first" in refused.err
    for strength in (1, 0):
        outcome = uegan("enhance", "m.webp", "-s", "bright", "--first-frame", "--strength", strength, "--force")
        assert outcome.code == 0 and "of its 2 frames the first was taken" in outcome.err
        assert abs(int(read_photo("m_bright.webp").pixels[20, 30, 0]) - (125 if strength else 100)) <= 2


@pytest.mark.parametrize("keep", ["all", "no-gps", "none"])
@pytest.mark.parametrize("strength", [0, 1])
def test_results_tell_as_much_as_one_likes(uegan, keep, strength):
    exif = Image.Exif()
    exif[271] = "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    Image.open("b.png").convert("RGB").save("g.jpg", exif=exif)
    assert uegan("enhance", "g.jpg", "-s", "bright", "--metadata", keep, "--strength", strength).code == 0
    with Image.open("g_bright.jpg") as picture:
        assert (271 in picture.getexif(), 0x8825 in picture.getexif()) == (keep != "none", keep == "all")


@pytest.mark.parametrize("options", [["--metadata", "none"], ["--strength", "0"]])
def test_nothing_is_done_twice_however_little_results_tell(uegan, options):
    uegan("enhance", "*", "-s", "bright", *options)
    files = there()
    again = uegan("enhance", "*", "-s", "bright", "--json", *options)
    assert (again.code, again.records[-1]["summary"]["skipped"], there()) == (0, 4, files)


def test_json_tells_format_and_camera(uegan):
    exif = Image.Exif()
    exif[271], exif[272], exif[306] = "Maker", "Model", "2020:02:03 04:05:06"
    Image.open("b.png").convert("RGB").save("c.jpg", exif=exif)
    Path("bad.jpg").write_bytes(b"no photo")
    bad, camera = uegan("enhance", "bad.jpg", "c.jpg", "-s", "bright", "--json").records[:2]
    told = {name: camera[name] for name in ("format", "style", "make", "model", "taken")}
    assert told == {
        "format": "JPEG", "style": "bright", "make": "Maker", "model": "Model", "taken": "2020-02-03T04:05:06"
    }  # fmt: skip
    assert (bad["status"], bad["format"], bad["make"], bad["style"]) == ("failed", None, None, "bright")


def test_a_dry_run_tells_what_would_fail_or_be_skipped(uegan):
    Path("a_bright.jpg").write_bytes(Path("a.jpg").read_bytes())
    outcome = uegan("enhance", "a.jpg", "b.png", "gone.jpg", "-s", "bright", "--dry-run")
    assert outcome.code == 1
    assert outcome.out == "a.jpg: a_bright.jpg exists; --force replaces it\nb.png -> b_bright.png\n"
    assert "uegan: gone.jpg: no such file" in outcome.err
    assert "1 photo would be enhanced, 1 skipped and 1 would fail; nothing was written" in outcome.err


def test_update_renews_what_is_older_than_its_photo(uegan):
    uegan("enhance", "a.jpg", "b.png", "-s", "bright")
    os.utime("a_bright.jpg", (1e9, 1e9))
    outcome = uegan("enhance", "*", "-s", "bright", "--update", "--json")
    assert outcome.records[-1]["summary"] == {"enhanced": 1, "skipped": 3, "failed": 0}


def test_again_enhances_a_result_once_more(uegan):
    uegan("enhance", "b.png", "-s", "bright")
    assert uegan("enhance", "b_bright.png", "-s", "bright", "--again").out == "b_bright.png -> b_bright_bright.png\n"
    assert abs(level("b_bright_bright.png") - 151) <= 2


def test_a_folder_without_photos_among_others_is_named(uegan):
    Path("empty").mkdir()
    outcome = uegan("enhance", "a.jpg", "empty", "-s", "bright")
    assert outcome.code == 0 and "empty: no photos here" in outcome.err


@pytest.mark.parametrize(("text", "count"), [("250000", 250000), ("400M", 400_000_000), ("1.5g", 1_500_000_000)])
def test_pixels_are_counted_as_people_do(text, count):
    assert options.pixel_count(text) == count


@pytest.mark.parametrize("text", ["many", "-1", "0", "4T", "1.5.2"])
def test_what_is_no_number_of_pixels_is_a_usage_error(uegan, text):
    assert uegan("enhance", "a.jpg", "--max-pixels", text).code == 2


def test_help_tells_the_limit_of_pixels(uegan):
    assert f"Without it: {MAX_PIXELS // 10**6}M." in uegan("enhance", "--help").out


def test_in_place_keeps_the_first_state(uegan):
    before = Path("a.jpg").read_bytes()
    assert uegan("enhance", "a.jpg", "-s", "bright", "--in-place").code == 0
    assert Path("a.jpg_original").read_bytes() == before
    assert abs(level("a.jpg") - 125) <= 1
    assert uegan("enhance", "a.jpg", "-s", "bright", "--in-place").code == 0
    assert abs(level("a.jpg") - 125) <= 1


def test_strength_nought_leaves_the_pixels_as_they_are(uegan):
    assert uegan("enhance", "a.jpg", "-s", "bright", "--strength", "0").code == 0
    assert np.array_equal(np.asarray(Image.open("a.jpg")), np.asarray(Image.open("a_bright.jpg")))


def test_half_the_strength_is_half_the_edit(uegan):
    uegan("enhance", "b.png", "-s", "bright", "--strength", "0.5")
    assert abs(level("b_bright.png") - 113) <= 1


def test_a_dry_run_writes_nothing(uegan):
    before = there()
    outcome = uegan("enhance", ".", "-s", "bright", "--dry-run")
    assert outcome.out == "a.jpg -> a_bright.jpg\nb.png -> b_bright.png\n"
    assert (outcome.code, there()) == (0, before)


def test_a_sheet_shows_before_and_after(uegan):
    assert uegan("enhance", "b.png", "-s", "bright", "--sheet", "sheet.png").code == 0
    sheet = np.asarray(Image.open("sheet.png"))
    colours = set(map(tuple, sheet.reshape(-1, 3)))
    assert (100, 100, 100) in colours
    assert any(abs(int(r) - 125) <= 1 and r == g == b for r, g, b in colours)


def test_a_sheet_is_no_photo_the_next_time(uegan):
    assert uegan("enhance", "*", "-s", "bright", "--sheet", "sheet.jpg").code == 0
    again = uegan("enhance", "*", "-s", "bright", "--sheet", "sheet.jpg", "--json")
    assert (again.code, again.records[-1]["summary"]) == (0, {"enhanced": 0, "skipped": 5, "failed": 0})
    assert uegan("enhance", "a.jpg", "-s", "bright", "--force", "--sheet", "sheet.jpg").code == 0


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("a.jpg", "a.jpg: is one of the photos or results"),
        ("a_bright.jpg", "a_bright.jpg: is one of the photos or results"),
        ("b.png", "b.png: exists and is no sheet of uegan's; --force replaces it"),
        ("sheet.gif", "sheet.gif: a sheet is a picture; choose a name with .jpg or .png"),
    ],
)
def test_a_sheet_takes_the_place_of_no_photo(uegan, sheet, said):
    before = {name: Path(name).read_bytes() for name in there()}
    outcome = uegan("enhance", "a.jpg", "-s", "bright", "--sheet", sheet)
    assert outcome.code == 2 and said in outcome.err
    assert {name: Path(name).read_bytes() for name in there()} == before


def test_quiet_says_nothing_and_does_it(uegan):
    outcome = uegan("enhance", "a.jpg", "-s", "bright", "-q")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert Path("a_bright.jpg").exists()


def test_a_style_file_will_do(uegan, bright, tmp_path):
    Path("look.safetensors").write_bytes(bright.path.read_bytes())
    assert uegan("enhance", "a.jpg", "-s", "look.safetensors").out == "a.jpg -> a_look.jpg\n"


def test_what_a_terminal_would_obey_is_not_printed_raw(uegan):
    Path("\x1b[2Jx.jpg").write_bytes(Path("a.jpg").read_bytes())
    outcome = uegan("enhance", ".", "-s", "bright")
    assert "\x1b" not in outcome.out + outcome.err
    assert "\\x1b[2Jx.jpg" in outcome.out


def test_a_photo_goes_through_a_pipe(in_a_process):
    done = in_a_process("enhance", "-", "-o", "-", "-s", "bright", input=Path("a.jpg").read_bytes())
    assert done.returncode == 0, done.stderr
    assert abs(int(np.asarray(Image.open(io.BytesIO(done.stdout)))[20, 30, 0]) - 125) <= 1
    assert there() == ["a.jpg", "b.png"]


def test_interrupted_while_it_says_what_it_did_it_tells_how_to_go_on(uegan, monkeypatch):
    monkeypatch.setattr(Report, "progress_line", interrupt)
    outcome = uegan("enhance", ".", "-s", "bright")
    assert outcome.code == 130 and "the same command goes on with the rest" in outcome.err


@pytest.mark.skipif(os.name == "nt", reason="signals are Unix's")
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_at_any_moment_it_leaves_whole_files_only(signum, code):
    # More than an idle machine gets done before the signal: forty take a twentieth of a second there.
    for number in range(400):
        Path(f"{number}.png").write_bytes(Path("b.png").read_bytes())
    command = [sys.executable, "-m", "uegan_cli", "enhance", ".", "-s", "bright"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signum)
        _, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert b"Traceback" not in err and b"the same command goes on" in err
    assert not [name for name in there() if "tmp" in name or name.startswith(".")]
    results = list(Path(".").glob("*_bright.png"))
    assert 1 <= len(results) < 402
    for path in results:
        Image.open(path).load()
