//! The numbers of the validation harness, one study a call, as JSON on stdout: `braggsieve-validation STUDY [WORD…]`.
//! `validation/` draws them and compares them with the baseline.

mod backgrounds;
mod clipping;
mod detector;
mod error_models;
mod exact;
mod hard;
mod hard_frame;
mod inputs;
mod peaks;
mod predecessor;
mod rebuilt;
mod reductions;
mod rings;
mod round_trip;
mod run;
mod spots;

use run::Run;
use serde_json::Value;

type Study = fn(&Run) -> Result<Value, String>;

const STUDIES: [(&str, Study); 10] = [
    ("hard-sets", reductions::hard_sets),
    ("hard-frames", hard_frame::hard_frames),
    ("rings", reductions::rings),
    ("uncertainty", error_models::uncertainty),
    ("clipping", clipping::clipping),
    ("predecessor", predecessor::predecessor),
    ("round-trips", round_trip::round_trips),
    ("measured-round-trips", round_trip::measured),
    ("peak-settings", peaks::peak_settings),
    ("peaks", peaks::peaks),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let study = words.first().and_then(|name| STUDIES.iter().find(|(known, _)| known == name));
    let result = match study {
        Some((_, study)) => Run::parse(&words[1..]).and_then(|run| study(&run)),
        None => Err(format!("say which study: {}", STUDIES.map(|(name, _)| name).join(", "))),
    };
    match result {
        Ok(value) => println!("{value}"),
        Err(error) => {
            eprintln!("braggsieve-validation: {error}");
            std::process::exit(1);
        }
    }
}
