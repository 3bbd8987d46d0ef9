"""pyFAI on OpenCL in memory: whatever device it chooses, the processor with pocl. Arguments: stack, dataset, poni, mask, frames.

Each command works on the first `frames` frames alone: on a processor they take seconds. The settings are those of our
defaults.
"""

import numpy
from serve import ARGUMENTS, milliseconds, serve

SETTINGS = {"error_model": "azimuthal", "cutoff_clip": 0, "cycle": 5, "noise": 1}


def opencl():
    import h5py
    import hdf5plugin  # noqa: F401  registers the filters
    import pyFAI
    from pyFAI.opencl import ocl
    from pyFAI.opencl.peak_finder import OCL_PeakFinder

    context = ocl.create_context("ALL") if ocl else None
    if context is None:
        raise RuntimeError("no OpenCL device")
    device = context.devices[0]
    with h5py.File(ARGUMENTS["stack"]) as h5:
        frames = h5[ARGUMENTS["dataset"]][: ARGUMENTS["frames"]].astype(numpy.int32)
    shape = frames[0].shape
    mask = numpy.load(ARGUMENTS["mask"])
    integrator = pyFAI.load(ARGUMENTS["poni"])
    radius = integrator.array_from_unit(shape, "center", "r_m", scale=False)
    matrix = integrator.setup_sparse_integrator(
        shape, 800, mask=mask, unit="r_m", split="no", algo="CSR", scale=False
    )
    finder = OCL_PeakFinder(
        matrix.lut, image_size=frames[0].size, bin_centers=matrix.bin_centers, radius=radius.astype(numpy.float32),
        mask=mask.astype(numpy.int8), unit="r_m", ctx=context,
    )

    def clip(frame):
        integrator.sigma_clip_ng(
            frame, 800, mask=mask, unit="r_m", method=("no", "csr", "opencl"), error_model="azimuthal",
            thresh=0, max_iter=5, correctSolidAngle=False,
        )

    def pick(frame):
        finder.sparsify(frame, cutoff_pick=2, **SETTINGS)

    def peaks(frame):
        finder.peakfinder(frame, cutoff_peak=3, connected=4, patch_size=5, **SETTINGS)

    def command(work):
        return lambda: milliseconds(lambda: [work(frame) for frame in frames], len(frames))

    name = f"{device.platform.name.strip()}: {device.name.strip()}"
    return name, {"clip": command(clip), "pick": command(pick), "peaks": command(peaks)}


serve({"OpenCL": opencl})
