"""The networks of section III-B. All map N x 3 x H x W in [-1, 1] to the same, at any size."""
