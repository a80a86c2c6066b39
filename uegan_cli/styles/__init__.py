"""Styles: learnt looks as files, and the cache that keeps them under names.

names          valid names, and the file of each                     (no torch)
card           author, data, recipe, metrics and licence of a style
header         the metadata of a style file, without its weights     (no torch)
file           one safetensors file <-> one Style
stored_names   the names of tensors in style files
store          the cache: load, install, list, rename, remove, export, import, verify
authors        the published checkpoints
blend          several styles in one, or one at part of its strength
preview        a small before/after picture
compact        new styles: weights in float16, with a preview
"""
