//! The hard sets as frames, so that engines can be given them: a set is a column, which is a bin.
//!
//! The detector is a strip whose beam lies beside the first column and whose rows have next to no height: all pixels of
//! a column have one radius, but for less than a millionth of the distance of two columns.

use crate::exact::reference;
use crate::hard::{sets, sizes, Hard};
use crate::run::Run;
use serde_json::{json, Value};

/// Distance of two columns and of two rows, m.
const PIXEL: [f64; 2] = [1e-4, 1e-13];

/// A name, and whether a set belongs there.
type Kind = (&'static str, fn(&Hard) -> bool);

/// What all norms of a frame have in common: engines compute differently for each.
const KINDS: [Kind; 3] = [
    ("norms of 1", |hard| hard.equal),
    ("norms within 256-fold", |hard| !hard.equal && spread(hard) <= 256.0),
    ("norms over four decades", |hard| !hard.equal && spread(hard) > 256.0),
];

fn spread(hard: &Hard) -> f32 {
    let norms = || hard.pixels.iter().map(|p| p.1);
    norms().fold(0.0, f32::max) / norms().fold(f32::INFINITY, f32::min)
}

/// Writes `KIND.signal` (int32), `.norm` (f32) and `.mask` for each kind of norms into the folder, in raster order.
pub fn hard_frames(run: &Run) -> Result<Value, String> {
    let all: Vec<Hard> = sizes(run.quick).iter().flat_map(|&size| sets(size)).collect();
    // A single pixel has no spread: small sets of unequal norms go with those of their name.
    let largest = |name: &str| all.iter().rfind(|hard| hard.name == name).expect("every name has sets");
    let frames: Result<Vec<Value>, String> = KINDS
        .iter()
        .enumerate()
        .map(|(kind, (name, belongs))| {
            let columns: Vec<&Hard> = all.iter().filter(|hard| belongs(largest(hard.name))).collect();
            let rows = columns.iter().map(|hard| hard.pixels.len()).max().unwrap_or(0);
            write(run.folder()?, kind, rows, &columns)?;
            let facts: Vec<Value> = columns.iter().map(|hard| facts(hard)).collect();
            Ok(json!({ "kind": name, "file": kind.to_string(), "rows": rows, "columns": facts }))
        })
        .collect();
    Ok(json!({ "pixel": PIXEL, "frames": frames? }))
}

fn facts(hard: &Hard) -> Value {
    let exact = reference(&hard.pixels);
    json!({
        "set": hard.name, "size": hard.pixels.len(),
        "condition": if exact.condition.is_finite() { json!(exact.condition) } else { Value::Null },
        "mean": exact.mean.value(), "std": exact.std.value(), "sem": exact.sem.value(),
    })
}

fn write(folder: &str, kind: usize, rows: usize, columns: &[&Hard]) -> Result<(), String> {
    let (mut signal, mut norm, mut mask) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows {
        for hard in columns {
            let pixel = hard.pixels.get(row);
            let (s, w) = pixel.copied().unwrap_or((0.0, 1.0));
            signal.extend((s as i32).to_le_bytes());
            norm.extend(w.to_le_bytes());
            mask.push(u8::from(pixel.is_none()));
        }
    }
    for (name, bytes) in [("signal", signal), ("norm", norm), ("mask", mask)] {
        let path = format!("{folder}/{kind}.{name}");
        std::fs::write(&path, bytes).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}
