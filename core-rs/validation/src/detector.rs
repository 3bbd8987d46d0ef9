//! Simulated frames on a Pilatus 6M, and plans for them.

use braggsieve_core::clip::{ClipSettings, Profile};
use braggsieve_core::geometry::{Geometry, Orientation, Shape, Unit};
use braggsieve_core::peaks::PeakSettings;
use braggsieve_core::pick::Cutoff;
use braggsieve_core::plan::{Encoding, PixelType, Plan, PlanInput, Settings as PlanSettings};
use braggsieve_core::reduce::ErrorModel;
use braggsieve_core::simulate::{Settings, Simulation, Truth};
use braggsieve_core::validity::Validity;

/// Bins of a plan where nothing else is said.
pub const BINS: usize = 800;

/// A Pilatus 6M (2463 × 2527 pixels of 172 µm, 5 × 12 modules of 487 × 195) in front of a crystal or of none. `small`:
/// a ninth of it. No hot pixels: what is simulated is known for every pixel.
pub fn pilatus(small: bool) -> Settings {
    let (width, height) = if small { (821.0, 843.0) } else { (2463.0, 2527.0) };
    Settings {
        width,
        height,
        module_width: 487.0,
        module_height: 195.0,
        gap_x: 7.0,
        gap_y: 17.0,
        beam_x: 0.51 * width,
        beam_y: 0.52 * height,
        distance: if small { 0.1 } else { 0.3 },
        beamstop_radius: 20.0,
        hot_fraction: 0.0,
        dead_fraction: 0.0,
        hit_fraction: 0.0,
        ..Settings::default()
    }
}

/// What plans of simulated frames are made from: uint16, 2¹⁶ − 1 where masked.
pub fn input(simulation: &Simulation, bins: usize) -> PlanInput<'static> {
    let s = simulation.settings();
    let [slow, fast] = simulation.shape();
    let cutoff = Cutoff { cutoff: 3.0, noise: 1.0 };
    PlanInput {
        geometry: Geometry {
            distance: s.distance,
            poni1: s.beam_y * s.pixel_size,
            poni2: s.beam_x * s.pixel_size,
            rot1: 0.0,
            rot2: 0.0,
            rot3: 0.0,
            wavelength: Some(s.wavelength),
            pixel1: s.pixel_size,
            pixel2: s.pixel_size,
            orientation: Orientation::BottomRight,
        },
        shape: Shape { slow, fast },
        pixel_type: PixelType::U16,
        validity: Validity { low: 0.0, high: 65534.0, dummy: None },
        mask: Some(simulation.mask().iter().map(|&m| u8::from(m != 0)).collect()),
        dark: None,
        flat: None,
        settings: PlanSettings {
            unit: Unit::RadiusMm,
            bins,
            clip: ClipSettings { error_model: ErrorModel::Azimuthal, cutoff: 0.0, cycle: 5 },
            pick: Cutoff { cutoff: 2.0, noise: 0.0 },
            peak_cutoff: cutoff,
            peak: PeakSettings { patch: 5, connected: 4 },
            solid_angle: false,
            polarization: None,
        },
    }
}

/// A plan of checked input.
pub fn plan(input: PlanInput) -> Result<Plan, String> {
    Plan::new(input).map_err(|error| error.to_string())
}

/// One frame and what is known about it.
pub fn frame(simulation: &mut Simulation, number: u32) -> (Vec<u16>, Truth) {
    let mut pixels = vec![0; simulation.mask().len()];
    let mut truth = Truth::default();
    simulation.frame(number, &mut pixels, &mut truth);
    (pixels, truth)
}

/// Loads a frame into a plan.
pub fn load(plan: &mut Plan, pixels: &[u16]) -> Result<(), String> {
    let bytes: Vec<u8> = pixels.iter().flat_map(|p| p.to_le_bytes()).collect();
    plan.load(Encoding::Raw, &bytes).map_err(|error| error.to_string())
}

/// What clipping makes of a frame under a model with a cut-off (0: Chauvenet's) in at most so many cycles.
pub fn clipped(
    simulation: &Simulation,
    pixels: &[u16],
    error_model: ErrorModel,
    cutoff: f64,
    cycle: u32,
) -> Result<Profile, String> {
    let mut input = input(simulation, BINS);
    input.settings.clip = ClipSettings { error_model, cutoff, cycle };
    let mut plan = plan(input)?;
    load(&mut plan, pixels)?;
    Ok(plan.clip().clone())
}

/// The error models by the names that users give them.
pub const MODELS: [(&str, ErrorModel); 3] =
    [("azimuthal", ErrorModel::Azimuthal), ("poisson", ErrorModel::Poisson), ("hybrid", ErrorModel::Hybrid)];
