//! Frames that the harness hands over: a folder with `options.txt` (settings as [`Options`] reads them), `mask.raw` (a
//! byte a pixel) and `frames.raw` (little-endian pixels of the options' type, frame after frame).

use braggsieve_core::bins::Bins;
use braggsieve_core::geometry::{radial_map, Shape};
use braggsieve_core::options::Options;
use braggsieve_core::plan::PlanInput;
use std::path::PathBuf;

/// See the module.
pub struct Frames {
    options: String,
    mask: Vec<u8>,
    bytes: Vec<u8>,
}

impl Frames {
    /// Reads the folder. Says in one sentence what is wrong with it.
    pub fn open(folder: &str) -> Result<Self, String> {
        let folder = PathBuf::from(folder);
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let options = String::from_utf8(read("options.txt")?).map_err(|error| error.to_string())?;
        let frames = Self { options, mask: read("mask.raw")?, bytes: read("frames.raw")? };
        let size = frames.frame_bytes()?;
        if size == 0 || frames.bytes.is_empty() || !frames.bytes.len().is_multiple_of(size) {
            return Err(format!("{}: frames.raw does not hold whole frames", folder.display()));
        }
        Ok(frames)
    }

    /// What plans are made from.
    pub fn plan_input(&self) -> Result<PlanInput<'static>, String> {
        let options = Options::new(&self.options).map_err(|error| error.to_string())?;
        options.plan(Some(self.mask.clone().into()), None, None).map_err(|error| error.to_string())
    }

    fn frame_bytes(&self) -> Result<usize, String> {
        let input = self.plan_input()?;
        input.check().map_err(|error| error.to_string())?;
        Ok(input.shape.pixels() * input.pixel_type.size())
    }

    /// The frames, as bytes.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        // Checked when opened.
        self.bytes.chunks_exact(self.frame_bytes().unwrap_or(usize::MAX))
    }
}

/// The pixels of each bin of a plan's input, as the plan sorts them.
pub fn bins_of(input: &PlanInput) -> Result<Bins, String> {
    let Shape { slow, fast } = input.shape;
    let mut radial = vec![0.0; slow * fast];
    radial_map(&input.geometry, input.shape, input.settings.unit, &mut radial);
    let none = vec![0; radial.len()];
    let mask = input.mask.as_deref().unwrap_or(&none);
    Bins::new(&radial, mask, input.settings.bins).map_err(|error| error.to_string())
}
