"""The tone curve is monotonic and keeps black and white."""

from __future__ import annotations

import numpy as np
import pytest

from uegan_cli.photo.raw.exposure import tone_curve


@pytest.mark.parametrize("gain", [0.25, 1.0, 1.56, 16.0])
def test_the_curve_keeps_black_and_white_and_the_order_between(gain: float) -> None:
    curve = tone_curve(gain).astype(int)
    assert curve[0] == 0 and curve[-1] == 65535 and np.all(np.diff(curve) >= 0)
