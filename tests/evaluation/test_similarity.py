from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from tests.conftest import lying_beside
from uegan_cli.evaluation.similarity import BORDER, IncomparableError, alike, delta_e, psnr, ssim, structure

Pair = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Real photos, raw and retouched."""
    folder = lying_beside("fivek")
    names = [path.name for path in sorted((folder / "raw").glob("*.png"))[::3]]
    return [tuple(np.asarray(Image.open(folder / side / n).convert("RGB")) for side in ("raw", "label")) for n in names]


def inner(picture: np.ndarray) -> np.ndarray:
    return picture[BORDER:-BORDER, BORDER:-BORDER]


def as_tensor(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(inner(picture))).permute(2, 0, 1)[None].double()


def test_psnr_is_that_of_torchmetrics_and_scikit_image(pairs: list[Pair]) -> None:
    from skimage.metrics import peak_signal_noise_ratio
    from torchmetrics.functional.image import peak_signal_noise_ratio as of_torchmetrics

    for one, two in pairs:
        assert psnr(one, two) == pytest.approx(peak_signal_noise_ratio(inner(one), inner(two)), abs=1e-4)
        found = of_torchmetrics(as_tensor(one), as_tensor(two), data_range=255.0)
        assert psnr(one, two) == pytest.approx(float(found), abs=1e-4)


def test_ssim_is_that_of_torchmetrics_where_the_window_lies_in_the_picture(pairs: list[Pair]) -> None:
    """torchmetrics averages over mirrored edges too, which changes the third decimal; Wang et al. do not."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    for one, two in pairs:
        _, whole = structural_similarity_index_measure(
            as_tensor(one), as_tensor(two), sigma=1.5, kernel_size=11, data_range=255.0, return_full_image=True
        )
        assert ssim(one, two) == pytest.approx(float(whole[..., 5:-5, 5:-5].mean()), abs=1e-4)


def test_equal_pictures_are_equal(pairs: list[Pair]) -> None:
    one = pairs[0][0]
    assert psnr(one, one) == 100.0
    assert ssim(one, one) == structure(one, one) == 1.0
    assert delta_e(one, one) == 0.0


def test_delta_e_knows_the_differences_of_its_inventors() -> None:
    """Greys 119 and 120 have an L* of 50.03 and 50.43, where CIEDE2000 is the difference; red and green are far."""
    grey, next_grey = (np.full((20, 20, 3), level, np.uint8) for level in (119, 120))
    assert delta_e(grey, next_grey) == pytest.approx(0.397, abs=0.002)
    red, green = (np.broadcast_to(np.uint8(colour), (20, 20, 3)) for colour in ((255, 0, 0), (0, 255, 0)))
    assert delta_e(red, green) == pytest.approx(86.6, abs=0.1)


def test_delta_e_is_the_same_in_bands_and_whole(pairs: list[Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    in_bands = delta_e(*pairs[0])
    monkeypatch.setattr("uegan_cli.evaluation.similarity._BAND", 1 << 30)
    assert delta_e(*pairs[0]) == pytest.approx(in_bands, abs=1e-4)


def test_ssim_is_the_same_in_strips_and_whole(pairs: list[Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    for one, two in pairs:
        found = []
        for rows in (1, 7, 128, 1 << 30):
            monkeypatch.setattr("uegan_cli.evaluation.similarity._ROWS", rows)
            found.append(ssim(one[:150], two[:150]))
        assert found == pytest.approx([found[-1]] * 4, abs=1e-12)


def test_structure_is_blind_to_a_cast_and_sees_blur() -> None:
    rng = np.random.default_rng(0)
    picture = np.repeat(np.repeat(rng.integers(0, 255, (20, 20, 3), np.uint8), 8, 0), 8, 1)
    smaller = Image.fromarray(picture).resize((20, 20), Image.Resampling.BOX)
    blurred = np.asarray(smaller.resize((160, 160), Image.Resampling.BICUBIC))
    shifted = np.stack([picture[..., 0] // 2 + 30, picture[..., 1], picture[..., 2]], axis=2)
    assert structure(picture, shifted) > structure(picture, blurred)


def test_pictures_of_other_sizes_are_compared_at_the_smaller_one(pairs: list[Pair]) -> None:
    one, two = pairs[0]
    half = np.asarray(Image.fromarray(two).resize((two.shape[1] // 2, two.shape[0] // 2), Image.Resampling.LANCZOS))
    a, b = alike(one, half)
    assert a.shape == b.shape == half.shape
    assert psnr(a, b) == pytest.approx(psnr(one, two), abs=1)


def test_pictures_of_other_shapes_are_not_compared() -> None:
    with pytest.raises(IncomparableError, match="40 x 30 and 30 x 40"):
        alike(np.zeros((30, 40, 3), np.uint8), np.zeros((40, 30, 3), np.uint8))


def test_a_picture_smaller_than_the_window_is_refused() -> None:
    tiny = np.zeros((12, 40, 3), np.uint8)
    with pytest.raises(IncomparableError, match="40 x 12 pixels are too few"):
        ssim(tiny, tiny)
