"""bslz4-to-sparse's decoding fused with an integration (no pixel splitting), one thread, on chunks in memory.

Arguments: shape, chunks (files), poni, mask, bins.
"""

import numpy
from serve import ARGUMENTS, milliseconds, serve


def bslz4_to_sparse():
    import bslz4_to_sparse as peer
    import pyFAI

    mask = numpy.load(ARGUMENTS["mask"])
    chunks = [open(path, "rb").read() for path in ARGUMENTS["chunks"]]
    matrix = pyFAI.load(ARGUMENTS["poni"]).setup_sparse_integrator(
        tuple(ARGUMENTS["shape"]), ARGUMENTS["bins"], mask=mask, unit="r_m", split="no", algo="CSC"
    )
    fused = peer.chunk2sparseCSC((mask == 0).astype(numpy.uint8), matrix, numpy.uint16)
    # A cut that no pixel is above: the list of pixels costs nothing.
    work = [lambda chunk=chunk: fused(chunk, 65535) for chunk in chunks]
    return peer.version, {"fused": lambda: milliseconds(lambda: [frame() for frame in work], len(work))}


serve({"bslz4-to-sparse": bslz4_to_sparse})
