//! Times the codecs on one frame, one thread: `codec_time RAW ELEM [ENCODING CHUNK]...`.
//!
//! RAW holds little-endian elements of ELEM bytes; each CHUNK is one HDF5 chunk of the same elements in an encoding as
//! `codec::Encoding::from_name` names it. Our own bitshuffle-LZ4 is timed in any case. Medians of 31 runs.

use braggsieve_core::codec::{bitshuffle_lz4, decode_chunk, Encoding, Scratch};
use std::time::Instant;

const RUNS: usize = 31;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [raw, elem, chunks @ ..] = &arguments[..] else {
        return Err("codec_time RAW ELEM [ENCODING CHUNK]...".into());
    };
    let (raw, elem) = (std::fs::read(raw)?, elem.parse()?);
    let mut scratch = Scratch::default();
    let mut packed = Vec::new();
    time("encode bitshuffle-lz4", raw.len(), || {
        bitshuffle_lz4::encode(&raw, elem, 0, &mut packed, &mut scratch)
    })?;
    println!("{} bytes, ratio {:.3}", packed.len(), raw.len() as f64 / packed.len() as f64);
    let mut found = vec![0; raw.len()];
    time("decode our bitshuffle-lz4", raw.len(), || {
        bitshuffle_lz4::decode(&packed, elem, &mut found, &mut scratch)
    })?;
    for pair in chunks.chunks_exact(2) {
        let encoding = Encoding::from_name(&pair[0]).ok_or("no such encoding")?;
        let chunk = std::fs::read(&pair[1])?;
        let what = format!("decode {}, ratio {:.3}", pair[0], raw.len() as f64 / chunk.len() as f64);
        time(&what, raw.len(), || decode_chunk(encoding, &chunk, elem, &mut found, &mut scratch))?;
        if found != raw {
            return Err(format!("{} does not hold the elements of RAW", pair[1]).into());
        }
    }
    Ok(())
}

/// Runs once to warm up, then prints what the other runs took.
fn time<E>(what: &str, bytes: usize, mut run: impl FnMut() -> Result<(), E>) -> Result<(), E> {
    run()?;
    let mut times = [0.0; RUNS];
    for time in &mut times {
        let start = Instant::now();
        run()?;
        *time = start.elapsed().as_secs_f64() * 1e3;
    }
    times.sort_by(f64::total_cmp);
    let (low, median, high) = (times[0], times[RUNS / 2], times[RUNS - 1]);
    println!("{what}: {median:.2} ms ({low:.2} to {high:.2}), {:.2} GB/s", bytes as f64 / median / 1e6);
    Ok(())
}
