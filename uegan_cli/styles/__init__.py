"""Styles: learnt looks as files, and the cache that keeps them under names.

names      what a style may be called and where it lies         (no torch)
card       who made a style, of what, how
header     what a style file says without its weights           (no torch)
file       one safetensors file <-> one Style
store      the cache: load, install, list, rename, remove, export, import, verify
authors    the published checkpoints
blend      several styles in one, or one at part of its strength
preview    a small before/after picture
"""
