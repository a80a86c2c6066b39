"""The networks of section III-B and nothing else.

blocks         convolutions, padding, weight initialisation
attention      the global attention module (GAM), eqs. 2 to 4
modulation     the modulation module (MM)
generator      the joint global and local generator
discriminator  the multi-scale discriminator
config         the variants of Table IV
fast           fast kernels, beside the plain forms they replace
"""
