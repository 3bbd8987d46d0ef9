//! Every way to sum a bin against exact arithmetic: on hard sets of all sizes, and on the rings of frames.

use crate::exact::{reference, relative_error, Reference};
use crate::hard::{sets, sizes};
use crate::inputs::{bins_of, Frames};
use crate::run::Run;
use braggsieve_core::plan::{PixelType, Plan};
use braggsieve_core::random::{counter, key, philox, Stream};
use braggsieve_core::reduce::{Accumulator, Arithmetic, DoubleWord, ErrorModel, FixedWeights, Moments, Sums};
use serde_json::{json, Value};

/// How sets are united.
#[derive(Clone, Copy)]
enum Tree {
    /// neighbours, their unions, and so on
    Balanced,
    /// any two that are left, drawn at random
    Random,
}

type Set<T> = Accumulator<T>;

/// All pixels as one set.
fn united<T: Arithmetic>(pixels: &[(T, T)], tree: Tree, unite: impl Fn(Set<T>, Set<T>) -> Set<T>) -> Set<T> {
    let mut sets: Vec<_> = pixels.iter().map(|&(s, w)| Set::pixel(s, w)).collect();
    match tree {
        Tree::Balanced => {
            while sets.len() > 1 {
                sets = sets.chunks(2).map(|c| if c.len() == 2 { unite(c[0], c[1]) } else { c[0] }).collect();
            }
        }
        Tree::Random => {
            while sets.len() > 1 {
                let words = philox(key(7), counter(Stream::Defects, 0, sets.len() as u32, 1));
                let first = sets.swap_remove(words[0] as usize % sets.len());
                let at = words[1] as usize % sets.len();
                sets[at] = unite(first, sets[at]);
            }
        }
    }
    sets[0]
}

/// Every method in one arithmetic.
fn methods<T: Arithmetic>(pixels: &[(f32, f32)], run: &Run) -> Vec<(&'static str, Moments)> {
    let number = |x: f32| T::nearest(f64::from(x));
    let pixels: Vec<(T, T)> = pixels.iter().map(|&(s, w)| (number(s), number(w))).collect();
    let first = Set::pixel(pixels[0].0, pixels[0].1);
    let one_by_one = pixels[1..].iter().fold(first, |set, &(s, w)| set.add_published(s, w));
    let exact = |a: Set<T>, b: Set<T>| {
        let mut set = a.union_exact(b);
        if run.perturbed("constant") {
            set.vv = set.vv * T::nearest(1.0 + f64::powi(2.0, -30));
        }
        if run.perturbed("lane") {
            set.d = a.d;
        }
        set
    };
    vec![
        ("two passes", Set::two_pass(&pixels).moments()),
        ("one by one, published", one_by_one.moments()),
        ("published union, balanced", united(&pixels, Tree::Balanced, Set::union_published).moments()),
        ("published union, random", united(&pixels, Tree::Random, Set::union_published).moments()),
        ("exact union, balanced", united(&pixels, Tree::Balanced, exact).moments()),
        ("exact union, random", united(&pixels, Tree::Random, exact).moments()),
    ]
}

/// What frames are summed with: exact integers. `None` for norms that fixed point does not take.
fn integer_sums(pixels: &[(f32, f32)]) -> Option<Moments> {
    let equal = pixels.iter().all(|p| p.1 == 1.0);
    let fixed = FixedWeights::new(pixels.iter().map(|p| p.1))?;
    let mut sums = Sums::default();
    for (&(s, _), &w) in pixels.iter().zip(&fixed.weights) {
        sums.add(s as i32, if equal { 1 } else { w });
    }
    Some(sums.moments(ErrorModel::Azimuthal, if equal { 1.0 } else { fixed.unit }))
}

/// Relative errors of mean, std and sem. That of the mean is in parts of the mean or of its uncertainty, whichever is
/// larger: near 0 nobody asks for more. Where nothing scatters, std and sem are in parts of the mean.
fn errors(moments: Moments, exact: &Reference) -> [f64; 3] {
    let floor = |of: f64| if exact.std.is_zero() { exact.mean.value().abs() * of } else { 0.0 };
    [
        relative_error(moments.mean, &exact.mean, exact.sem.value()),
        relative_error(moments.std, &exact.std, floor(1.0)),
        relative_error(moments.sem, &exact.sem, floor(1.0)),
    ]
}

/// The rows of one set.
fn rows(name: &str, equal: bool, pixels: &[(f32, f32)], run: &Run, rows: &mut Vec<Value>) {
    let exact = reference(pixels);
    let mut given = pixels.to_vec();
    if run.perturbed("pixel") {
        given[0].0 += 1.0;
    }
    let mut found = Vec::new();
    let mut push = |arithmetic, of: Vec<(&'static str, Moments)>| {
        found.extend(of.into_iter().map(|(method, moments)| (arithmetic, method, moments)));
    };
    push("f32", methods::<f32>(&given, run));
    push("double-word f32", methods::<DoubleWord>(&given, run));
    push("f64", methods::<f64>(&given, run));
    push("integers", integer_sums(&given).map(|moments| vec![("exact sums", moments)]).unwrap_or_default());
    for (arithmetic, method, moments) in found {
        let [mean, std, sem] = errors(moments, &exact);
        rows.push(json!({
            "set": name, "equal": equal, "size": pixels.len(),
            "condition": if exact.condition.is_finite() { json!(exact.condition) } else { Value::Null },
            "arithmetic": arithmetic, "method": method, "mean": mean, "std": std, "sem": sem,
        }));
    }
}

/// Hard sets of every size.
pub fn hard_sets(run: &Run) -> Result<Value, String> {
    let mut found = Vec::new();
    for &size in sizes(run.quick) {
        for hard in sets(size) {
            rows(hard.name, hard.equal, &hard.pixels, run, &mut found);
        }
    }
    Ok(json!({ "rows": found }))
}

/// The rings of frames, with norms of 1 and with those that the options ask for.
pub fn rings(run: &Run) -> Result<Value, String> {
    let frames = Frames::open(run.folder()?)?;
    let input = frames.plan_input()?;
    if !matches!(input.pixel_type, PixelType::I32 | PixelType::U32) {
        return Err("rings are read from 32-bit frames".into());
    }
    let bins = bins_of(&input)?;
    let plan = Plan::new(input).map_err(|error| error.to_string())?;
    let norms = plan.normalization().ok_or("the options ask for no correction")?;
    let step = if run.quick { 97 } else { 7 };
    let mut found = Vec::new();
    for frame in frames.iter() {
        let value = |p: u32| i32::from_le_bytes(frame[4 * p as usize..][..4].try_into().expect("4 bytes"));
        for b in (0..bins.count()).step_by(step) {
            let valid = || bins.order[bins.range(b)].iter().filter(|&&p| value(p) >= 0);
            let pixels: Vec<_> = valid().map(|&p| (value(p) as f32, norms[p as usize])).collect();
            let equal: Vec<_> = pixels.iter().map(|&(s, _)| (s, 1.0)).collect();
            if !pixels.is_empty() {
                rows("rings, norms of 1", true, &equal, run, &mut found);
                rows("rings, solid angle and polarization", false, &pixels, run, &mut found);
            }
        }
    }
    Ok(json!({ "rows": found }))
}
