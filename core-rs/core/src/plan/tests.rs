use super::*;
use crate::geometry::{Geometry, Orientation, Shape, Unit};
use crate::peaks::PeakSettings;
use crate::pick::Cutoff;
use crate::reduce::ErrorModel;
use crate::validity::Validity;

const SHAPE: Shape = Shape { slow: 61, fast: 83 };

fn settings() -> Settings {
    Settings {
        unit: Unit::RadiusM,
        bins: 40,
        clip: ClipSettings { error_model: ErrorModel::Azimuthal, cutoff: 0.0, cycle: 5 },
        pick: Cutoff { cutoff: 2.0, noise: 1.0 },
        peak_cutoff: Cutoff { cutoff: 3.0, noise: 1.0 },
        peak: PeakSettings { patch: 5, connected: 2 },
        solid_angle: false,
        polarization: None,
    }
}

fn input(pixel_type: PixelType) -> PlanInput<'static> {
    let geometry = Geometry {
        distance: 0.05,
        poni1: 31.3e-4,
        poni2: 40.9e-4,
        rot1: 0.1,
        rot2: -0.05,
        rot3: 0.2,
        wavelength: Some(1e-10),
        pixel1: 1e-4,
        pixel2: 1e-4,
        orientation: Orientation::BottomRight,
    };
    let mask: Vec<u8> = (0..SHAPE.pixels()).map(|p| u8::from(p % 13 == 4 || p / SHAPE.fast == 30)).collect();
    PlanInput {
        geometry,
        shape: SHAPE,
        pixel_type,
        validity: Validity { low: 0.0, high: 200.0, dummy: None },
        mask: Some(mask.into()),
        dark: None,
        flat: None,
        settings: settings(),
    }
}

/// Counts of a falling background with some spots; 250 is not valid.
fn counts() -> Vec<u8> {
    (0..SHAPE.pixels())
        .map(|p| match p {
            p if p % 977 == 0 => 250,
            p if p % 311 < 2 => 90,
            p => (20 + (p * 7919) % 11 - p % SHAPE.fast / 8) as u8,
        })
        .collect()
}

fn loaded(input: PlanInput) -> Plan {
    let pixel_type = input.pixel_type;
    let mut plan = Plan::new(input).unwrap();
    let counts = counts();
    match pixel_type {
        PixelType::U8 => plan.frame().pixels_mut::<u8>().copy_from_slice(&counts),
        PixelType::U16 => {
            plan.frame().pixels_mut().iter_mut().zip(&counts).for_each(|(p, &c)| *p = u16::from(c))
        }
        PixelType::U32 => {
            plan.frame().pixels_mut().iter_mut().zip(&counts).for_each(|(p, &c)| *p = u32::from(c))
        }
        PixelType::I16 => {
            plan.frame().pixels_mut().iter_mut().zip(&counts).for_each(|(p, &c)| *p = i16::from(c))
        }
        PixelType::I32 => {
            plan.frame().pixels_mut().iter_mut().zip(&counts).for_each(|(p, &c)| *p = i32::from(c))
        }
        PixelType::F32 => {
            plan.frame().pixels_mut().iter_mut().zip(&counts).for_each(|(p, &c)| *p = f32::from(c))
        }
    }
    plan.gather();
    plan
}

const TYPES: [PixelType; 6] =
    [PixelType::U8, PixelType::U16, PixelType::U32, PixelType::I16, PixelType::I32, PixelType::F32];

#[test]
fn every_pixel_type_gives_the_same_background_pixels_and_peaks() {
    for corrected in [false, true] {
        let make = |pixel_type| {
            let mut input = input(pixel_type);
            input.settings.solid_angle = corrected;
            input.settings.polarization = corrected.then_some(0.99);
            loaded(input)
        };
        let mut first = make(PixelType::U8);
        let profile = first.clip().clone();
        let index = first.pick().0.to_vec();
        let peaks = first.peaks().clone();
        assert!(first.is_exact() && first.invalid() > 0 && index.len() > 20 && peaks.len() > 5);
        for pixel_type in TYPES {
            let mut plan = make(pixel_type);
            assert_eq!(plan.clip().count, profile.count, "{pixel_type:?}");
            for (a, b) in plan.clip().mean.iter().zip(&profile.mean) {
                assert!((a - b).abs() <= 1e-12 * b.abs());
            }
            assert_eq!(plan.invalid(), first.invalid());
            assert_eq!(plan.pick().0, index);
            assert_eq!(plan.peaks().x, peaks.x);
        }
    }
}

#[test]
fn kept_values_are_packed_in_the_frames_type() {
    let mut plan = loaded(input(PixelType::U16));
    plan.clip();
    let (index, packed) = plan.pick();
    let values: &[u16] = &bytemuck::cast_slice(packed)[..index.len()];
    let counts = counts();
    assert!(index.iter().zip(values).all(|(&p, &v)| v == u16::from(counts[p as usize])));
}

#[test]
fn masked_invalid_and_uncorrectable_pixels_are_never_kept() {
    let mut input = input(PixelType::I32);
    let mut flat = vec![1.0f32; SHAPE.pixels()];
    flat[311] = 0.0;
    flat[622] = f32::NAN;
    let mask = input.mask.clone().unwrap();
    input.flat = Some(flat);
    let mut plan = loaded(input);
    plan.clip();
    let counts = counts();
    assert!(plan.pick().0.iter().all(|&p| mask[p as usize] == 0 && counts[p as usize] != 250));
    assert!(!plan.pick().0.contains(&311) && !plan.pick().0.contains(&622));
    assert!(plan.radius()[311].is_nan() && plan.radius()[622].is_nan());
}

#[test]
fn a_constant_dark_only_shifts_the_mean() {
    let mut plain = loaded(input(PixelType::U16));
    let mut dark_input = input(PixelType::U16);
    dark_input.dark = Some(vec![3.5; SHAPE.pixels()]);
    let mut dark = loaded(dark_input);
    assert!(!dark.is_exact());
    let profile = plain.clip().clone();
    for (b, &mean) in dark.clip().clone().mean.iter().enumerate() {
        assert!(profile.count[b] == 0 || (mean + 3.5 - profile.mean[b]).abs() < 1e-10);
    }
    assert_eq!(plain.pick().0, dark.pick().0);
}

#[test]
fn norms_too_far_apart_take_the_f64_path() {
    let mut input = input(PixelType::U16);
    let mut flat = vec![1.0f32; SHAPE.pixels()];
    flat[1] = 1e-9;
    input.flat = Some(flat);
    let mut plan = loaded(input);
    assert!(!plan.is_exact());
    assert!(plan.clip().mean.iter().all(|m| m.is_finite()));
}

#[test]
fn clipping_does_not_depend_on_what_ran_before() {
    let mut plan = loaded(input(PixelType::U16));
    let first = plan.clip().clone();
    plan.pick();
    plan.peaks();
    plan.integrate();
    assert_eq!(*plan.clip(), first);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let refused = |change: fn(&mut PlanInput)| {
        let mut input = input(PixelType::U16);
        change(&mut input);
        Plan::new(input).err().expect("refused").to_string()
    };
    assert!(refused(|i| i.mask = Some(vec![0; 7].into())).contains("mask has 7 pixels"));
    assert!(refused(|i| i.mask = Some(vec![1; SHAPE.pixels()].into())).contains("every pixel is masked"));
    assert!(refused(|i| (i.settings.unit, i.geometry.wavelength) = (Unit::QNm, None)).contains("wavelength"));
    assert!(refused(|i| i.geometry.distance = -1.0).contains("distance"));
    assert!(refused(|i| i.settings.bins = 0).contains("number of bins"));
    assert!(refused(|i| i.settings.peak.patch = 4).contains("patch"));
    assert!(refused(|i| i.settings.polarization = Some(1.5)).contains("polarization"));
    assert!(refused(|i| i.shape = Shape { slow: 1 << 20, fast: 1 << 20 }).contains("pixels"));
}

/// A frame as a bitshuffle-LZ4 chunk.
fn packed(pixels: &[u32]) -> Vec<u8> {
    let mut chunk = Vec::new();
    bitshuffle_lz4::encode(bytemuck::cast_slice(pixels), 4, 0, &mut chunk, &mut Scratch::default()).unwrap();
    chunk
}

const BITSHUFFLE_LZ4: Encoding = Encoding::Chunk(crate::codec::Encoding::BitshuffleLz4);

/// The counts, gaps, and some hot pixels.
fn tall(hot: &[(usize, u32)]) -> Vec<u32> {
    let mut pixels: Vec<u32> = counts().into_iter().map(u32::from).collect();
    pixels.iter_mut().skip(3).step_by(19).for_each(|pixel| *pixel = u32::MAX);
    hot.iter().for_each(|&(at, value)| pixels[at] = value);
    pixels
}

fn tall_input(pixel_type: PixelType, model: ErrorModel, high: f64) -> PlanInput<'static> {
    let mut input = input(pixel_type);
    input.validity = Validity { low: 0.0, high, dummy: Some((70_001.0, 0.5)) };
    input.settings.clip.error_model = model;
    // Rings so wide that pixels are picked as the frame lies.
    input.settings.bins = 8;
    input
}

fn tall_plan() -> Plan {
    Plan::new(tall_input(PixelType::U32, ErrorModel::Azimuthal, 1e12)).unwrap()
}

/// The type that the loaded frame is held in, where it is not its own.
fn narrow(plan: &Plan) -> Option<PixelType> {
    plan.is_narrow.then(|| plan.narrowed.frame.pixel_type())
}

const HOT: [u32; 12] =
    [254, 255, 256, 65_534, 65_535, 65_536, 70_001, 1 << 20, 1 << 31, i32::MAX as u32, 3_000_000, 65_600];

/// Frames that are held in 8 bits, and in 16: too many pixels of those need more than 8.
fn narrow_frames() -> [(PixelType, Vec<u32>); 2] {
    let hot = std::array::from_fn::<_, 12, _>(|i| (40 + 397 * i, HOT[i]));
    let warm = (2..SHAPE.pixels()).step_by(13).map(|p| (p, 240 + p as u32 % 300));
    let both: Vec<(usize, u32)> = warm.chain(hot).collect();
    [(PixelType::U8, tall(&hot)), (PixelType::U16, tall(&both))]
}

#[test]
fn frames_held_in_a_part_of_their_width_give_the_same_bits() {
    for (width, frame) in narrow_frames() {
        for pixel_type in [PixelType::U32, PixelType::I32] {
            for model in [ErrorModel::Azimuthal, ErrorModel::Poisson, ErrorModel::Hybrid] {
                for high in [1e12, 2e6, 65_535.0, 65_534.0, 255.0, 254.0, 150.0] {
                    let mut wide = Plan::new(tall_input(pixel_type, model, high)).unwrap();
                    let mut part = wide.fork();
                    wide.load(BITSHUFFLE_LZ4, &packed(&frame)).unwrap();
                    part.load_counts(BITSHUFFLE_LZ4, &packed(&frame)).unwrap();
                    assert_eq!((narrow(&part), narrow(&wide)), (Some(width), None));
                    assert_eq!(part.integrate(), wide.integrate());
                    assert_eq!(part.clip(), wide.clip());
                    assert_eq!(part.invalid(), wide.invalid());
                    assert_eq!(part.pick(), wide.pick());
                    assert_eq!(part.peaks(), wide.peaks());
                    assert_eq!(narrow(&part), None, "peaks are found in the frame's own width");
                    assert_eq!(part.clip(), wide.clip());
                    assert_eq!(part.invalid(), wide.invalid());
                    assert_eq!(part.pick(), wide.pick());
                }
            }
        }
    }
}

#[test]
fn a_plan_goes_on_in_the_width_that_a_frame_needed() {
    let [(_, few), (_, many)] = narrow_frames();
    let (mut wide, mut part) = (tall_plan(), tall_plan());
    for (frame, width) in [(&few, PixelType::U8), (&many, PixelType::U16), (&few, PixelType::U16)] {
        wide.load(BITSHUFFLE_LZ4, &packed(frame)).unwrap();
        part.load_counts(BITSHUFFLE_LZ4, &packed(frame)).unwrap();
        assert_eq!(narrow(&part), Some(width));
        assert_eq!(part.clip(), wide.clip());
        assert_eq!(part.pick(), wide.pick());
    }
}

#[test]
fn the_comparison_of_widths_sees_one_count_of_a_hot_pixel() {
    for value in [300, 80_000] {
        let make = |value| {
            let mut plan = tall_plan();
            plan.load_counts(BITSHUFFLE_LZ4, &packed(&tall(&[(41, value)]))).unwrap();
            assert_eq!(narrow(&plan), Some(PixelType::U8));
            let raw = plan.integrate().clone();
            plan.clip();
            (raw, plan.pick().1.to_vec())
        };
        let ((raw, kept), (other, other_kept)) = (make(value), make(value + 1));
        assert!(raw != other && kept != other_kept);
    }
}

#[test]
fn frames_that_cannot_be_held_in_a_part_of_their_width_are_held_as_they_are() {
    let check = |change: fn(&mut PlanInput), frame: &[u32]| {
        let mut input = tall_input(PixelType::U32, ErrorModel::Azimuthal, 1e12);
        change(&mut input);
        let mut wide = Plan::new(input).unwrap();
        let mut part = wide.fork();
        for _ in 0..2 {
            wide.load(BITSHUFFLE_LZ4, &packed(frame)).unwrap();
            part.load_counts(BITSHUFFLE_LZ4, &packed(frame)).unwrap();
            assert_eq!(narrow(&part), None);
            assert_eq!(part.clip(), wide.clip());
            assert_eq!(part.invalid(), wide.invalid());
            assert_eq!(part.pick(), wide.pick());
        }
    };
    let hot: Vec<(usize, u32)> = (0..SHAPE.pixels()).step_by(7).map(|p| (p, 100_000 + p as u32)).collect();
    check(|_| {}, &tall(&hot));
    check(|input| input.settings.solid_angle = true, &tall(&[]));
    check(|input| input.dark = Some(vec![1.0; SHAPE.pixels()]), &tall(&[]));
    check(|input| (input.pixel_type, input.validity.low) = (PixelType::I32, -5.0), &tall(&[]));
    check(|input| input.pixel_type = PixelType::F32, &tall(&[]));
}

#[test]
fn a_damaged_frame_is_refused_in_a_part_of_its_width_as_well() {
    let (mut plan, chunk) = (tall_plan(), packed(&tall(&[])));
    let cut = &chunk[..chunk.len() - 9];
    let refused = plan.load(BITSHUFFLE_LZ4, cut);
    assert!(refused.is_err());
    assert_eq!(plan.load_counts(BITSHUFFLE_LZ4, cut), refused);
    plan.load_counts(BITSHUFFLE_LZ4, &chunk).unwrap();
    assert_eq!(narrow(&plan), Some(PixelType::U8));
}

#[test]
fn a_plan_made_of_the_sorting_of_another_gives_the_same_bits() {
    let changes: [fn(&mut PlanInput); 5] = [
        |_| {},
        |input| input.settings.bins = 300,
        |input| input.settings.solid_angle = true,
        |input| {
            input.dark = Some((0..SHAPE.pixels()).map(|p| if p % 7 == 0 { f32::NAN } else { 1.0 }).collect())
        },
        |input| input.pixel_type = PixelType::F32,
    ];
    for change in changes {
        let make = |mask: bool| {
            let mut input = tall_input(PixelType::U32, ErrorModel::Azimuthal, 1e12);
            change(&mut input);
            input.mask = input.mask.filter(|_| mask);
            input
        };
        let mut first = Plan::new(make(true)).unwrap();
        let words = first.sorting().all();
        let mut second = Plan::sorted(make(false), &words).unwrap();
        assert_eq!(second.sorting().all(), words);
        assert_eq!((second.valid_pixels(), second.centres()), (first.valid_pixels(), first.centres()));
        for plan in [&mut first, &mut second] {
            plan.load_counts(BITSHUFFLE_LZ4, &packed(&tall(&[(41, 80_000)]))).unwrap();
        }
        assert_eq!(narrow(&second), narrow(&first));
        assert_eq!(second.integrate(), first.integrate());
        assert_eq!(second.clip(), first.clip());
        assert_eq!(second.pick(), first.pick());
        assert_eq!(second.peaks(), first.peaks());
        let bits = |plan: &Plan| plan.radius().iter().map(|r| r.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&second), bits(&first));
    }
}

#[test]
fn the_sorting_of_another_plan_is_refused() {
    let words = tall_plan().sorting().all();
    let refused = |change: fn(&mut PlanInput), words: &[u32]| {
        let mut input = tall_input(PixelType::U32, ErrorModel::Azimuthal, 1e12);
        input.mask = None;
        change(&mut input);
        Plan::sorted(input, words).err() == Some(PlanError::Sorting)
    };
    assert!(!refused(|_| {}, &words));
    assert!(refused(|input| input.settings.bins += 1, &words));
    assert!(refused(|input| input.shape.slow += 5, &words));
    for length in [0, 1, 5, 900, words.len() - 1] {
        assert!(refused(|_| {}, &words[..length]), "{length} words");
    }
}

#[test]
fn a_plan_that_has_no_frame_yet_sees_zeros() {
    for load in [false, true] {
        let mut plan = tall_plan();
        if load {
            plan.load_counts(BITSHUFFLE_LZ4, &packed(&vec![0; SHAPE.pixels()])).unwrap();
        }
        assert!(plan.integrate().mean.iter().all(|&mean| mean == 0.0));
        assert!(plan.clip().count.iter().sum::<u32>() > 0);
        assert_eq!((plan.pick().0.len(), plan.peaks().len()), (0, 0));
        assert_eq!(plan.encode().unwrap(), packed(&vec![0; SHAPE.pixels()]));
        assert_eq!(plan.frame().value(7), 0.0);
    }
}
