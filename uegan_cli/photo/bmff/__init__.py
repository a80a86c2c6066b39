"""HEIF and AVIF files: items in boxes (ISO/IEC 14496-12, 23008-12, 23000-22; AOMedia's AVIF 1.1).

`heif` and `avif` decode and encode pictures with libraries, and share the rest. `box_reader` and `box_writer` know
boxes; `item_reader` and `item_writer` the items in them, `items` is their model, `properties` what is said of an item.
`picture_layout` tells size and channels before anything is decoded, `channels` adapts them to decoders and encoders,
`encoding` and `av1` tell how a picture was encoded. `metadata` reads everything else, `losses` warns of what an edit
cannot keep, and `assembly` puts the new file together.
"""
