//! Found peaks against the spots that were simulated, ours and those that another program found on the same frames.

use crate::detector::{frame, input, load, plan};
use crate::run::Run;
use crate::spots::{Matched, Scores, SHELLS};
use braggsieve_core::background::RadialGrid;
use braggsieve_core::densify::{Densify, Noise, Rebuild};
use braggsieve_core::pick::Cutoff;
use braggsieve_core::plan::{Encoding, Plan};
use braggsieve_core::simulate::{Settings, Simulation, FIELDS};
use serde_json::{json, Map, Value};

/// A found peak: position in pixels, the centre of the first being 0, and intensity in photons.
#[derive(Clone, Copy)]
pub struct Peak {
    pub x: f64,
    pub y: f64,
    pub intensity: f64,
}

/// Frames with crystals whose reflections have from one to some thousand photons.
fn settings() -> Settings {
    Settings {
        width: 1024.0,
        height: 1024.0,
        distance: 0.17,
        beam_x: 517.3,
        beam_y: 510.6,
        hit_fraction: 1.0,
        spot_photons: 3000.0,
        b_factor: 20.0,
        hot_fraction: 0.0,
        air_photons: 15.0,
        ring_photons: 5.0,
        flat_photons: 0.5,
        ..Settings::default()
    }
}

fn frames(run: &Run) -> u32 {
    if run.quick {
        4
    } else {
        40
    }
}

/// How the frames are simulated: for whoever writes them into a file for another program.
pub fn peak_settings(run: &Run) -> Result<Value, String> {
    let settings = settings();
    let all = FIELDS.iter().map(|field| (field.name.to_string(), json!(settings.get(field.name))));
    Ok(json!({ "frames": frames(run), "settings": Map::from_iter(all) }))
}

/// The peaks of the loaded frame.
fn found(plan: &mut Plan) -> Vec<Peak> {
    plan.clip();
    let peaks = plan.peaks();
    (0..peaks.len())
        .map(|i| Peak {
            x: f64::from(peaks.x[i]),
            y: f64::from(peaks.y[i]),
            intensity: f64::from(peaks.intensity[i]),
        })
        .collect()
}

/// Scores of our peaks and of those in `foreign=FILE`, lines of `frame x y intensity`; peaks lost and made by round
/// trips.
pub fn peaks(run: &Run) -> Result<Value, String> {
    let mut simulation = Simulation::new(&settings()).map_err(|error| error.to_string())?;
    let mut plan = plan(input(&simulation, 400))?;
    let foreign = run.foreign().map(read_peaks).transpose()?;
    let mut scores = vec![("ours", Scores::default())];
    if foreign.is_some() {
        scores.push(("peakfinder8", Scores::default()));
    }
    let mut trips = RoundTrips::default();
    for number in 0..frames(run) {
        let (pixels, truth) = frame(&mut simulation, number);
        load(&mut plan, &pixels)?;
        let mut own = found(&mut plan);
        if run.perturbed("peaks") {
            own.iter_mut().for_each(|peak| peak.x += 0.05);
        }
        trips.add(&mut plan, &own, simulation.settings())?;
        let spots = Matched::new(&truth.spots, &simulation);
        scores[0].1.add(&spots, &own);
        if let Some(foreign) = &foreign {
            let list: Vec<Peak> = foreign.iter().filter(|p| p.0 == number).map(|p| p.1).collect();
            scores[1].1.add(&spots, &list);
        }
    }
    let rows: Vec<Value> = scores.iter().flat_map(|(way, scores)| scores.rows(way)).collect();
    let lists: Vec<Value> = scores.iter().map(|(way, scores)| scores.list(way)).collect();
    Ok(json!({ "rows": rows, "lists": lists, "roundTrips": trips.rows(), "shells": SHELLS.map(|s| s.0) }))
}

fn read_peaks(path: &str) -> Result<Vec<(u32, Peak)>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let mut next = || words.next()?.parse::<f64>().ok();
        Some((next()? as u32, Peak { x: next()?, y: next()?, intensity: next()? }))
    };
    text.lines().map(|l| line(l).ok_or_else(|| format!("{path}: {l} is no peak"))).collect()
}

/// Peaks before and after sparsify → densify.
#[derive(Default)]
struct RoundTrips {
    /// before, lost, false for each cut-off
    counts: [[usize; 3]; 5],
}

impl RoundTrips {
    /// The plan's frame and background are of the frame at hand.
    fn add(&mut self, plan: &mut Plan, before: &[Peak], s: &Settings) -> Result<(), String> {
        let radius = plan.radius().to_vec();
        let centres = plan.centres();
        let grid = RadialGrid::new(centres[0], centres[1] - centres[0], centres.len());
        let background = plan.background().clone();
        let original: Vec<u16> = plan.frame().padded::<u16>()[..radius.len()].to_vec();
        for (counts, cutoff) in self.counts.iter_mut().zip(crate::round_trip::CUTOFFS) {
            let cutoff = Cutoff { cutoff, noise: 0.0 };
            let above = |p: usize| {
                let place = grid.locate(radius[p]);
                let [mean, std] =
                    [&background.mean, &background.std].map(|values| grid.interpolate(values, place));
                f64::from(original[p]) > mean + cutoff.reach(std)
            };
            let kept: Vec<u32> =
                (0..radius.len()).filter(|&p| !radius[p].is_nan() && above(p)).map(|p| p as u32).collect();
            let bytes: Vec<u8> = kept.iter().flat_map(|&p| original[p as usize].to_le_bytes()).collect();
            let densify = Densify::new(radius.as_slice().into(), None, grid, Some(cutoff));
            let mut rebuild = Rebuild::new(densify, braggsieve_core::plan::PixelType::U16, 65535.0);
            let noise = Noise { scale: 1.0, seed: s.seed as u64, frame: 0 };
            rebuild
                .frame(&background.mean, &background.std, &kept, &bytes, &noise)
                .map_err(|error| error.to_string())?;
            plan.load(Encoding::Raw, rebuild.pixels()).map_err(|error| error.to_string())?;
            let after = found(plan);
            let alone = |list: &[Peak], of: &[Peak]| {
                let near = |p: &Peak| of.iter().any(|q| (p.x - q.x).hypot(p.y - q.y) <= 1.5);
                list.iter().filter(|p| !near(p)).count()
            };
            counts[0] += before.len();
            counts[1] += alone(before, &after);
            counts[2] += alone(&after, before);
        }
        Ok(())
    }

    fn rows(&self) -> Vec<Value> {
        let rows = crate::round_trip::CUTOFFS.iter().zip(&self.counts);
        rows.map(|(cutoff, [before, lost, made])| {
            json!({ "cutoff": cutoff, "before": before, "lost": lost, "false": made })
        })
        .collect()
    }
}
