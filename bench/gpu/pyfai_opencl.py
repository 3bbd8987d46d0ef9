"""pyFAI's OpenCL on the GPU, for the ratio: sigma clipping and peak finding of one frame, as one line of JSON.

    pyfai_opencl.py FRAME.npy MASK.npy GEOMETRY.poni
"""

import json
import logging
import statistics
import sys
import time

import numpy
import pyFAI

logging.disable(logging.CRITICAL)
frame, mask = numpy.load(sys.argv[1]), numpy.load(sys.argv[2])
integrator = pyFAI.load(sys.argv[3])
answer = {"pyFAI": pyFAI.version}


def median_ms(work, rounds=20):
    times = []
    for _ in range(rounds + 3):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[3:])


def kernels(events, calls):
    """Milliseconds that each kernel takes in one of `calls` calls."""
    total = {}
    for event in events:
        total[event.name] = total.get(event.name, 0) + 1e-6 * (event.stop - event.start) / calls
    return total


try:
    from pyFAI.opencl import ocl

    answer["platforms"] = [f"{p.name}: {', '.join(d.name for d in p.devices)}" for p in ocl.platforms]
    where = ocl.create_context("GPU").devices[0]
    answer["device"] = where.name

    def clip():
        return integrator.sigma_clip_ng(
            frame, 800, mask=mask, unit="r_m", method=("no", "csr", "opencl"), error_model="azimuthal",
            thresh=0, max_iter=5, correctSolidAngle=False,
        )

    answer["sigma_clip_ng_ms"] = median_ms(clip)
    engine = [e.engine for e in integrator.engines.values() if e.engine is not None][-1]
    answer["engine"] = type(engine).__name__
    try:
        engine.set_profiling(True)
        clip()
        engine.reset_log()
        for _ in range(10):
            clip()
        answer["kernels_ms"] = kernels(engine.events, 10)
    except Exception as error:  # noqa: BLE001
        answer["kernels"] = repr(error)
    try:
        from pyFAI.opencl.peak_finder import OCL_PeakFinder

        r = integrator.array_from_unit(frame.shape, "center", "r_m", scale=False)
        csr = integrator.setup_sparse_integrator(
            frame.shape, 800, mask=mask, unit="r_m", split="no", algo="CSR", scale=False
        )
        finder = OCL_PeakFinder(
            csr.lut, image_size=frame.size, bin_centers=csr.bin_centers, radius=r.astype(numpy.float32),
            mask=mask.astype(numpy.int8), unit="r_m", profile=True,
        )

        def sparsify():
            return finder.sparsify(frame, error_model="azimuthal", cutoff_clip=0, cycle=5, cutoff_pick=2, noise=1)

        def peaks():
            return finder.peakfinder8(
                frame, error_model="azimuthal", cutoff_clip=0, cycle=5, cutoff_peak=3, noise=1, connected=4,
                patch_size=5,
            )

        for name, work in (("sparsify", sparsify), ("peaks", peaks)):
            answer[f"{name}_ms"] = median_ms(work)
            finder.reset_log()
            for _ in range(10):
                work()
            answer[f"{name}_kernels_ms"] = kernels(finder.events, 10)
    except Exception as error:  # noqa: BLE001
        answer["finder"] = repr(error)
except Exception as error:  # noqa: BLE001
    answer["opencl"] = repr(error)
print(json.dumps(answer))
