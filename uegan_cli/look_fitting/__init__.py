"""Fitting a look to two sets of photos, raw and liked ones that need not show the same things, without training.

shrunk_photo        photos at the size at which they are measured
content             what they show, whatever their tones and colours
statistics          their tones, colours and detail
photo_set           one side of the data with its measurements
robust              weights and covariances from a few photos, some of them odd
content_regression  the part of a difference between two sets that follows from what they show
local_contrast_fit  1. the local contrast that liked photos have and raw ones lack
look_prior          2. random looks: what looks are like in general,
colour_map_fit         and the colour map from raw to liked photos
inverse_colour_map  3. the way back through the colour map,
exposure_spread        and the exposure balance that raw photos need; then the colour map again
instant_look        these steps in their order
instant_style       a style of the instant look
content_change      how much of the structure of photos an edit changes
judge               how far enhanced photos are from liked ones, for training
"""
