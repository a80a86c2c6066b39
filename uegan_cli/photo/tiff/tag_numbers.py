"""Tag numbers of TIFF 6.0, Exif (CIPA DC-008), TIFF/EP, DNG, GeoTIFF, and a few that makers and programs added.

Names are those of the standards. Numbers mean something within their directory only, so each kind of directory that
has numbers of its own has an enumeration of its own.
"""

from __future__ import annotations

from enum import IntEnum


class Tag(IntEnum):
    """Tags of the directories of TIFF files and Exif blocks, except GPS and interoperability directories."""

    # How the picture is stored.
    NEW_SUBFILE_TYPE = 254
    SUBFILE_TYPE = 255
    IMAGE_WIDTH = 256
    IMAGE_LENGTH = 257
    BITS_PER_SAMPLE = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_OFFSETS = 273
    SAMPLES_PER_PIXEL = 277
    ROWS_PER_STRIP = 278
    STRIP_BYTE_COUNTS = 279
    PLANAR_CONFIGURATION = 284
    T4_OPTIONS = 292
    T6_OPTIONS = 293
    PREDICTOR = 317
    COLOR_MAP = 320
    TILE_WIDTH = 322
    TILE_LENGTH = 323
    TILE_OFFSETS = 324
    TILE_BYTE_COUNTS = 325
    INK_SET = 332
    INK_NAMES = 333
    NUMBER_OF_INKS = 334
    DOT_RANGE = 336
    TARGET_PRINTER = 337
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    JPEG_TABLES = 347
    JPEG_PROC = 512
    JPEG_INTERCHANGE_FORMAT = 513
    JPEG_INTERCHANGE_FORMAT_LENGTH = 514
    JPEG_RESTART_INTERVAL = 515
    JPEG_LOSSLESS_PREDICTORS = 517
    JPEG_POINT_TRANSFORMS = 518
    JPEG_Q_TABLES = 519
    JPEG_DC_TABLES = 520
    JPEG_AC_TABLES = 521
    YCBCR_COEFFICIENTS = 529
    YCBCR_SUBSAMPLING = 530
    YCBCR_POSITIONING = 531
    REFERENCE_BLACK_WHITE = 532
    SGI_DATA_TYPE = 32996
    SGI_IMAGE_DEPTH = 32997
    CFA_REPEAT_PATTERN_DIM = 33421
    CFA_PATTERN = 33422

    # The photo and how it was taken.
    DOCUMENT_NAME = 269
    IMAGE_DESCRIPTION = 270
    MAKE = 271
    MODEL = 272
    ORIENTATION = 274
    X_RESOLUTION = 282
    Y_RESOLUTION = 283
    PAGE_NAME = 285
    RESOLUTION_UNIT = 296
    PAGE_NUMBER = 297
    SOFTWARE = 305
    DATE_TIME = 306
    ARTIST = 315
    HOST_COMPUTER = 316
    WHITE_POINT = 318
    PRIMARY_CHROMATICITIES = 319
    RATING = 18246
    RATING_PERCENT = 18249
    COPYRIGHT = 33432
    EXPOSURE_TIME = 33434
    F_NUMBER = 33437
    EXPOSURE_PROGRAM = 34850
    ISO = 34855
    DATE_TIME_ORIGINAL = 36867
    DATE_TIME_DIGITIZED = 36868
    SHUTTER_SPEED = 37377
    APERTURE = 37378
    BRIGHTNESS = 37379
    EXPOSURE_BIAS = 37380
    MAX_APERTURE = 37381
    SUBJECT_DISTANCE = 37382
    METERING_MODE = 37383
    LIGHT_SOURCE = 37384
    FLASH = 37385
    FOCAL_LENGTH = 37386
    IMAGE_NUMBER = 37393
    MAKER_NOTE = 37500
    WINDOWS_TITLE = 40091
    WINDOWS_COMMENT = 40092
    WINDOWS_AUTHOR = 40093
    WINDOWS_KEYWORDS = 40094
    WINDOWS_SUBJECT = 40095
    COLOR_SPACE = 40961
    PRINT_IM = 50341

    # Blocks in formats of their own.
    XMP = 700
    IPTC = 33723
    PHOTOSHOP = 34377
    ICC_PROFILE = 34675
    PHOTOSHOP_LAYERS = 37724
    C2PA = 52545

    # Pointers to other directories.
    SUB_IFDS = 330
    EXIF_IFD = 34665
    GPS_IFD = 34853
    INTEROP_IFD = 40965

    # GeoTIFF.
    MODEL_PIXEL_SCALE = 33550
    MODEL_TIEPOINT = 33922
    MODEL_TRANSFORMATION = 34264
    GEO_KEY_DIRECTORY = 34735
    GEO_DOUBLE_PARAMS = 34736
    GEO_ASCII_PARAMS = 34737

    # DNG.
    DNG_VERSION = 50706
    UNIQUE_CAMERA_MODEL = 50708
    LOCALIZED_CAMERA_MODEL = 50709
    CAMERA_SERIAL_NUMBER = 50735
    LENS_INFO = 50736
    DNG_PRIVATE_DATA = 50740
    ORIGINAL_RAW_FILE_NAME = 50827


GEO_TAGS: frozenset[int] = frozenset(
    (
        *(Tag.MODEL_PIXEL_SCALE, Tag.MODEL_TIEPOINT, Tag.MODEL_TRANSFORMATION),
        *(Tag.GEO_KEY_DIRECTORY, Tag.GEO_DOUBLE_PARAMS, Tag.GEO_ASCII_PARAMS),
    )
)
"""Tags of GeoTIFF, which tie pixels to places on earth."""


class InteropTag(IntEnum):
    """Tags of Exif's interoperability directory."""

    INDEX = 1


class PanasonicTag(IntEnum):
    """Tags of the first directory of Panasonic's raws (RW2), which are not those of TIFF (numbers as in ExifTool)."""

    SENSOR_WIDTH = 2
    SENSOR_HEIGHT = 3
    JPEG_FROM_RAW = 46
    RAW_DATA_OFFSET = 280


class CanonTag(IntEnum):
    """Tags of Canon's maker note (numbers as in ExifTool)."""

    CRW_PARAM = 0x4002
    FLAVOR = 0x4005
