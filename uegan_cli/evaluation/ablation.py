"""The paper's ablation, Tables III (losses) and IV (networks): reported values, and which variant a style is.

The variants themselves: losses in `training.config.LossWeights`, networks in `networks.config`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..look.config import StyledGeneratorConfig
from ..styles.file import Style

TABLE_III_LOSSES = {
    "without the identity loss": (22.56, 0.8773, 4.68),
    "with all losses": (22.88, 0.8882, 4.76),
}
TABLE_IV_NETWORKS = {
    "GAM + U-Net": (22.44, 0.8756, 4.66),
    "GAM + MM-P": (17.41, 0.8037, 4.46),
    "without GAM": (22.54, 0.8790, 4.73),
    "without GAM and MM": (21.87, 0.8653, 4.51),
    "UEGAN": (22.88, 0.8882, 4.76),
}
"""The tables' rows in order, with the PSNR, SSIM and NIMA that the paper reports on FiveK."""


@dataclass(frozen=True)
class Variant:
    """losses, network: a style's row in Tables III and IV; None where it has no row in that table."""

    losses: str | None
    network: str | None


def find_variant(style: Style) -> Variant:
    """Return the rows of a style, from its network and the weight of the identity loss in its training recipe.

    Rows of Table III have the full network, rows of Table IV all losses; the full method is in both.
    """
    if not isinstance(style.config, StyledGeneratorConfig):
        return Variant(None, None)
    network = _network_row(style.config)
    weights = style.card.recipe.get("weights")
    has_identity = bool(weights.get("identity", 0)) if isinstance(weights, Mapping) else True
    losses = ("with all losses" if has_identity else "without the identity loss") if network == "UEGAN" else None
    return Variant(losses, network if has_identity else None)


def _network_row(config: StyledGeneratorConfig) -> str:
    if config.modulation == "pixel":
        return "GAM + MM-P"
    attends, modulates = config.attention != "none", config.modulation == "feature"
    return {
        (True, True): "UEGAN",
        (True, False): "GAM + U-Net",
        (False, True): "without GAM",
        (False, False): "without GAM and MM",
    }[attends, modulates]
