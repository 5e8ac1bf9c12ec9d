"""Which of pydicom's decoding plugins reads which transfer syntax, where more than one could.

GDCM comes first by pydicom's own order, and a damaged JPEG 2000 stream makes it end the whole process (an exception
that leaves its C++ code). It is left with the syntaxes that no other plugin reads.
"""

from __future__ import annotations

DECODING_PLUGINS = {
    "1.2.840.10008.1.2.5": "pydicom",  # RLE
    "1.2.840.10008.1.2.4.50": "pillow",  # JPEG baseline
    "1.2.840.10008.1.2.4.80": "pyjpegls",  # JPEG-LS, lossless and near-lossless
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.4.90": "pylibjpeg",  # JPEG 2000, lossless and lossy
    "1.2.840.10008.1.2.4.91": "pylibjpeg",
}
"""Transfer Syntax UID to plugin; pydicom chooses for the others."""
