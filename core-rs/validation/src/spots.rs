//! Which peaks belong to which simulated spots, and how well.

use crate::peaks::Peak;
use braggsieve_core::simulate::{Simulation, Spot};
use serde_json::{json, Value};

/// Resolution shells: name, and the smallest spacing in Å.
pub const SHELLS: [(&str, f64); 4] =
    [("above 4 Å", 4.0), ("4 to 3 Å", 3.0), ("3 to 2.4 Å", 2.4), ("below 2.4 Å", 0.0)];

/// Limits of the classes of expected photons.
const PHOTONS: [f64; 11] = [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1280.0, 2560.0, 5000.0];

/// A peak belongs to a spot within so many pixels.
const REACH: f64 = 2.0;

/// Spots nearer to each other than this cannot be told apart in patches of 5 × 5.
const APART: f64 = 6.0;

/// The spots of one frame.
pub struct Matched<'a> {
    spots: &'a [Spot],
    /// class and shell of those that can be judged: whole on the detector, apart from others
    judged: Vec<Option<(usize, usize)>>,
}

impl<'a> Matched<'a> {
    /// Sorts spots into classes and shells.
    pub fn new(spots: &'a [Spot], simulation: &Simulation) -> Self {
        let judged = |spot: &Spot| {
            let class = PHOTONS.windows(2).position(|w| (w[0]..w[1]).contains(&spot.photons))?;
            let alone = |other: &Spot| {
                let away = (spot.x - other.x).hypot(spot.y - other.y);
                away == 0.0 || away > APART || other.photons < 0.05 * spot.photons
            };
            (whole(spot, simulation) && spots.iter().all(alone)).then(|| (class, shell(spot, simulation)))
        };
        Self { spots, judged: spots.iter().map(judged).collect() }
    }
}

/// Whether all pixels of a patch of 7 × 7 about the spot are valid.
fn whole(spot: &Spot, simulation: &Simulation) -> bool {
    let [height, width] = simulation.shape().map(|n| n as i64);
    let (x, y) = (spot.x.round() as i64, spot.y.round() as i64);
    (y - 3..=y + 3).all(|row| {
        (x - 3..=x + 3).all(|column| {
            (0..height).contains(&row)
                && (0..width).contains(&column)
                && simulation.mask()[(row * width + column) as usize] == 0
        })
    })
}

fn shell(spot: &Spot, simulation: &Simulation) -> usize {
    let s = simulation.settings();
    let r = (spot.x + 0.5 - s.beam_x).hypot(spot.y + 0.5 - s.beam_y) * s.pixel_size;
    let d = s.wavelength * 1e10 / (2.0 * (0.5 * (r / s.distance).atan()).sin());
    SHELLS.iter().position(|shell| d >= shell.1).unwrap_or(SHELLS.len() - 1)
}

/// Sums over the spots of a class and shell.
#[derive(Clone, Copy, Default)]
struct Cell {
    spots: f64,
    found: f64,
    /// Σ of squared distances
    distance2: f64,
    /// Σ of x and y of the distances
    offset: [f64; 2],
    intensity: f64,
    photons: f64,
}

/// Sums over frames of one peak finder.
#[derive(Default)]
pub struct Scores {
    cells: [[Cell; SHELLS.len()]; PHOTONS.len() - 1],
    peaks: usize,
    on_spots: usize,
}

impl Scores {
    /// Adds a frame's peaks.
    pub fn add(&mut self, matched: &Matched, peaks: &[Peak]) {
        let distance = |spot: &Spot, peak: &Peak| (spot.x - peak.x).hypot(spot.y - peak.y);
        self.peaks += peaks.len();
        self.on_spots += peaks
            .iter()
            .filter(|peak| matched.spots.iter().any(|spot| distance(spot, peak) <= REACH))
            .count();
        for (spot, judged) in matched.spots.iter().zip(&matched.judged) {
            let &Some((class, shell)) = judged else { continue };
            let cell = &mut self.cells[class][shell];
            cell.spots += 1.0;
            let nearest = peaks.iter().min_by(|a, b| distance(spot, a).total_cmp(&distance(spot, b)));
            if let Some(peak) = nearest.filter(|peak| distance(spot, peak) <= REACH) {
                cell.found += 1.0;
                cell.distance2 += distance(spot, peak).powi(2);
                cell.offset = [cell.offset[0] + peak.x - spot.x, cell.offset[1] + peak.y - spot.y];
                cell.intensity += peak.intensity;
                cell.photons += spot.photons;
            }
        }
    }

    /// A row a class and shell that has spots; the shell "all" is their sum.
    pub fn rows(&self, way: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        for (class, cells) in self.cells.iter().enumerate() {
            let all = cells.iter().fold(Cell::default(), |sum, cell| sum.plus(cell));
            let shells = SHELLS.iter().map(|shell| shell.0).chain(["all"]);
            for (shell, cell) in shells.zip(cells.iter().chain([&all])) {
                if cell.spots > 0.0 {
                    rows.push(cell.row(way, shell, PHOTONS[class], PHOTONS[class + 1]));
                }
            }
        }
        rows
    }

    /// All peaks of the list, and how many lie on a spot of one photon or more.
    pub fn list(&self, way: &str) -> Value {
        json!({ "way": way, "peaks": self.peaks, "onSpots": self.on_spots })
    }
}

impl Cell {
    fn plus(self, other: &Cell) -> Cell {
        Cell {
            spots: self.spots + other.spots,
            found: self.found + other.found,
            distance2: self.distance2 + other.distance2,
            offset: [self.offset[0] + other.offset[0], self.offset[1] + other.offset[1]],
            intensity: self.intensity + other.intensity,
            photons: self.photons + other.photons,
        }
    }

    fn row(&self, way: &str, shell: &str, low: f64, high: f64) -> Value {
        let of_found = |value: f64| if self.found > 0.0 { json!(value) } else { Value::Null };
        json!({
            "way": way, "shell": shell, "low": low, "high": high, "spots": self.spots, "found": self.found,
            "centroid": of_found((self.distance2 / self.found).sqrt()),
            "offset": of_found(self.offset[0].hypot(self.offset[1]) / self.found),
            "bias": of_found(self.intensity / self.photons - 1.0),
        })
    }
}
