"""Fitting an edit grid to a small photo and its edited version: regularised least squares, conjugate gradients."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..look.srgb import luma_of_planes
from .devices import one_thread_each
from .edit_grid import CELLS, LUMAS, EditGrid, ramps

SMOOTHNESS = 1e-3
"""Weight of the squared differences between neighbouring vertices, in space and in luma. A smaller one makes halos."""
RIDGE = 1e-4
"""Weight of the squared distance of every vertex from the best single transform of the whole photo."""
ITERATIONS = 20
"""Preconditioned steps: closer to convergence than 200 plain ones on every photo tried."""
TINY = 1e-30
SEED = 0


def fit(photo: Tensor, edit: Tensor) -> EditGrid:
    """Fit the grid and the residual that turn `photo` into `photo + edit`, both 3 x h x w float32, white = 1.

    Deterministic; an edit of zeros gives a grid of zeros.
    """
    pitch = 2 * max(1, -(-max(photo.shape[1:]) // (2 * CELLS)))
    with one_thread_each():
        vertices = _Samples.draw(photo, edit, pitch).solve()
        everywhere = _Samples.everywhere(photo, edit, pitch)
        residual = everywhere.in_place(everywhere.edits - everywhere.predict(vertices))
    return EditGrid(vertices, residual[:, : photo.shape[1], : photo.shape[2]].contiguous(), pitch)


@dataclass(frozen=True)
class _Samples:
    """Pixels of the small photo and their edits: C cells of S samples.

    features: C x 32 x S, linear in luma; zero where a cell reaches over the photo's border.
    corners: C x 4 x 1 x S, bilinear weights of the cell's corners. edits: C x 3 x S. shape: cells down and across.
    """

    features: Tensor
    corners: Tensor
    edits: Tensor
    shape: tuple[int, int]

    @staticmethod
    def draw(photo: Tensor, edit: Tensor, pitch: int) -> _Samples:
        """Draw one pixel of each 2 x 2 at random."""
        down, across = shape = _cells(photo, pitch)
        half = pitch // 2
        shift = torch.randint(4, (down * half, across * half), generator=torch.Generator().manual_seed(SEED))
        shift = shift.to(photo.device)
        y = 2 * torch.arange(down * half, device=photo.device)[:, None] + shift // 2
        x = 2 * torch.arange(across * half, device=photo.device) + shift % 2
        return _Samples.at(_by_cell(y, shape), _by_cell(x, shape), photo, edit, pitch)

    @staticmethod
    def everywhere(photo: Tensor, edit: Tensor, pitch: int) -> _Samples:
        """Take every pixel."""
        down, across = shape = _cells(photo, pitch)
        axes = (torch.arange(cells * pitch, device=photo.device) for cells in shape)
        y, x = torch.meshgrid(*axes, indexing="ij")
        return _Samples.at(_by_cell(y, shape), _by_cell(x, shape), photo, edit, pitch)

    @staticmethod
    def at(y: Tensor, x: Tensor, photo: Tensor, edit: Tensor, pitch: int) -> _Samples:
        """Take the pixels in rows y and columns x, both C x S."""
        _, height, width = photo.shape
        inside = ((y < height) & (x < width)).to(photo.dtype)
        index = y.clamp(max=height - 1) * width + x.clamp(max=width - 1)
        colours, edits = (image.flatten(1)[:, index].movedim(0, 1) for image in (photo, edit))
        affine = torch.cat([colours, torch.ones_like(colours[:, :1])], dim=1) * inside[:, None]
        features = (_hats(colours)[:, :, None] * affine[:, None]).flatten(1, 2)
        v, u = (((axis + 0.5) / pitch) % 1 for axis in (y, x))
        corners = torch.stack([(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u], dim=1)
        return _Samples(features, corners[:, :, None], edits, _cells(photo, pitch))

    def in_place(self, values: Tensor) -> Tensor:
        """Arrange values at every pixel, C x 3 x S, as an image of whole cells."""
        down, across = self.shape
        pitch = int(values.shape[2] ** 0.5)
        cells = values.view(down, across, 3, pitch, pitch)
        return cells.permute(2, 0, 3, 1, 4).reshape(3, down * pitch, across * pitch)

    def predict(self, vertices: Tensor) -> Tensor:
        """Return the edit that the vertices give at each sample, C x 3 x S."""
        by_corner = _at_corners(vertices) @ self.features
        return (by_corner.view(len(by_corner), 4, 3, -1) * self.corners).sum(1)

    def gather(self, residuals: Tensor) -> Tensor:
        """Apply the transpose of `predict`: C x 3 x S -> vertices."""
        by_corner = (residuals[:, None] * self.corners).flatten(1, 2) @ self.features.transpose(1, 2)
        return _from_corners(by_corner.view(-1, 4, 3, 4 * LUMAS), self.shape)

    def best_transform(self) -> Tensor:
        """Return the affine transform that fits the whole photo best, the same at every luma: 3 x 32."""
        affine = self.features.view(len(self.features), LUMAS, 4, -1).sum(1).movedim(1, 0).flatten(1).cpu().double()
        edits = self.edits.movedim(1, 0).flatten(1).cpu().double()
        gram = affine @ affine.T + RIDGE * torch.eye(4, dtype=torch.float64)
        transform: Tensor = torch.linalg.solve(gram, affine @ edits.T)
        return transform.T.to(self.edits).repeat(1, LUMAS)

    def solve(self) -> Tensor:
        """Return the vertices: the best single transform, plus departures (preconditioned conjugate gradients)."""
        down, across = self.shape
        single = self.best_transform().expand(down + 1, across + 1, 3, 4 * LUMAS)
        inverse = torch.linalg.inv(self.blocks())
        residual = self.gather(self.edits - self.predict(single))
        departure = torch.zeros_like(residual)
        direction = conditioned = _per_vertex(inverse, residual)
        power = (residual * conditioned).sum()
        for _ in range(ITERATIONS):
            pushed = self.gather(self.predict(direction)) + _regularise(direction)
            step = power / (direction * pushed).sum().clamp_min(TINY)
            departure = torch.addcmul(departure, step, direction)
            residual = torch.addcmul(residual, -step, pushed)
            conditioned = _per_vertex(inverse, residual)
            previous, power = power, (residual * conditioned).sum()
            direction = torch.addcmul(conditioned, power / previous.clamp_min(TINY), direction)
        return single + departure

    def blocks(self) -> Tensor:
        """Return the 4 x 4 blocks on the diagonal of the normal matrix: rows x columns x 8 x 4 x 4.

        They contain what makes plain conjugate gradients slow: the colours of a patch at one luma are nearly collinear.
        """
        by_luma = self.features.view(len(self.features), LUMAS, 4, -1)
        pairs = (by_luma[:, :, :, None] * by_luma[:, :, None]).flatten(1, 3)
        cells = self.corners.squeeze(2).square() @ pairs.transpose(1, 2)
        neighbours = 6
        own = RIDGE + neighbours * SMOOTHNESS
        blocks = _from_corners(cells.view(-1, 4, LUMAS, 4, 4), self.shape)
        return blocks + own * torch.eye(4, device=blocks.device)


def _per_vertex(blocks: Tensor, vertices: Tensor) -> Tensor:
    """Multiply the 3 transforms of each vertex at each luma by its 4 x 4 block."""
    product = blocks[:, :, None] * vertices.view(*vertices.shape[:3], LUMAS, 1, 4)
    return product.sum(-1).flatten(-2)


def _regularise(vertices: Tensor) -> Tensor:
    """Apply half the gradient of the smoothness and ridge terms, a symmetric operator."""
    by_luma = vertices.view(*vertices.shape[:3], LUMAS, 4)
    out = RIDGE * by_luma
    for axis in (0, 1, 3):
        steps = SMOOTHNESS * by_luma.diff(dim=axis)
        size = by_luma.shape[axis]
        out.narrow(axis, 0, size - 1).sub_(steps)
        out.narrow(axis, 1, size - 1).add_(steps)
    return out.flatten(-2)


def _cells(photo: Tensor, pitch: int) -> tuple[int, int]:
    """Return how many cells cover the photo, down and across."""
    return -(-photo.shape[1] // pitch), -(-photo.shape[2] // pitch)


def _by_cell(samples: Tensor, shape: tuple[int, int]) -> Tensor:
    """Sort rows x columns of samples by cell: C x S."""
    down, across = shape
    return samples.view(down, len(samples) // down, across, -1).movedim(2, 1).flatten(2).flatten(0, 1)


def _hats(colours: Tensor) -> Tensor:
    """Return the interpolation weight of each luma vertex, C x 8 x S, for C x 3 x S colours."""
    position = luma_of_planes(colours.movedim(1, 0)) * (LUMAS - 1)
    above = ramps(position.flatten()).view(LUMAS - 1, *position.shape).movedim(0, 1)
    ends = torch.ones_like(above[:, :1]), torch.zeros_like(above[:, :1])
    return torch.cat([ends[0], above], dim=1) - torch.cat([above, ends[1]], dim=1)


def _at_corners(vertices: Tensor) -> Tensor:
    """Gather the vertices around each cell: (down + 1) x (across + 1) x 3 x 32 -> C x 12 x 32."""
    upper, lower = vertices[:-1], vertices[1:]
    corners = [upper[:, :-1], upper[:, 1:], lower[:, :-1], lower[:, 1:]]
    return torch.stack(corners, dim=2).flatten(2, 3).flatten(0, 1)


def _from_corners(cells: Tensor, shape: tuple[int, int]) -> Tensor:
    """Apply the transpose of `_at_corners`: C x 4 x ... -> (down + 1) x (across + 1) x ..."""
    down, across = shape
    corners = cells.view(down, across, *cells.shape[1:])
    vertices = cells.new_zeros(down + 1, across + 1, *cells.shape[2:])
    for corner, (row, column) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        vertices[row : row + down, column : column + across] += corners[:, :, corner]
    return vertices
