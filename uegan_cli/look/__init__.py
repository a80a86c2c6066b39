"""What a style does besides its network, and how both go together.

srgb                 transfer curves and luma
exposure_balance     exposure and white balance of a photo, brought closer to those of the others
adaptive_colour_map  a map of colours predicted for each photo
local_contrast       a guided filter
colour_map           one map of colours for all photos
look                 these four in their order: the instant look, and all of a style that has no network
styled_generator     look -> generator -> look
blend                a weighted sum of edits
config               what a style is built from
build                a network from its configuration
"""
