"""The peers, one command a line on stdin, one JSON answer a line on stdout, so that a benchmark can alternate.

    clip    pyFAI sigma_clip_ng, CSR Cython, azimuthal, 5 cycles, all cores: milliseconds for the next frame
    densify FabIO's rebuild of a sparse frame: milliseconds without noise and with it
"""

import json
import logging
import sys
import time

import fabio
import h5py
import hdf5plugin  # noqa: F401  registers the filters
import numpy
import pyFAI

logging.disable(logging.CRITICAL)
stack, poni, sparse = sys.argv[1:4]
with h5py.File(stack) as h5:
    frames = h5["entry/data/data"][()].astype(numpy.int32)
    mask = h5["entry/mask"][()]
integrator = pyFAI.load(poni)
number = 0


def clip():
    global number
    frame = frames[number % len(frames)]
    number += 1
    start = time.perf_counter()
    integrator.sigma_clip_ng(
        frame, 800, mask=mask, unit="r_m", method=("no", "csr", "cython"), error_model="azimuthal",
        thresh=0, max_iter=5, correctSolidAngle=False,
    )
    return {"clip": (time.perf_counter() - start) * 1e3}


image = fabio.open(sparse)


def densify():
    answer = {}
    for name, noisy in (("densify", 0.0), ("densifyNoise", 1.0)):
        image.noisy = noisy
        start = time.perf_counter()
        image._generate_data(0)
        answer[name] = (time.perf_counter() - start) * 1e3
    return answer


print(json.dumps({"pyFAI": pyFAI.version, "fabio": fabio.version, "h5py": h5py.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(globals()[line.strip()]()), flush=True)
