"""HEIF and AVIF files: items in boxes (ISO/IEC 14496-12, 23008-12, 23000-22; AOMedia's AVIF 1.1).

`heif` and `avif` decode and encode pictures with libraries, and share the rest. `box_reader` and `box_writer` know
boxes, `item_reader` and `item_writer` the items in them; `items` is the model of these, `properties` interprets their
properties. `picture_layout` finds size and channels before anything is decoded, `channels` adapts channels to decoders
and encoders, `encoding` and `av1` read how a picture was encoded. `metadata` reads everything else, `losses` warns of
data that an edit cannot keep, and `assembly` puts the new file together.
"""
