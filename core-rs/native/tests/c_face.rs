//! The C face as C sees it: the same results as the core whatever the number of threads, and a status, never a crash,
//! for wrong arguments. Small enough for Miri (`cargo miri test -p braggsieve-native`), but for what names it.

use braggsieve_native::*;
use std::ptr::{null, null_mut};

const OPTIONS: &str = "slow=61\nfast=83\ntype=uint16\ndistance=0.05\nponi1=0.00313\nponi2=0.00409\nrot1=0.1\nrot2=-0.05\n\
rot3=0.2\npixel1=0.0001\npixel2=0.0001\norientation=3\nunit=r_m\nbins=40\nerrorModel=azimuthal\ncutoffClip=0\ncycle=5\n\
cutoffPick=2\ncutoffPeak=3\nnoise=1\npatchSize=5\nconnected=2\nsolidAngle=false";
const PIXELS: usize = 61 * 83;

/// Room for a reason, and the struct that leads to it.
struct Reason {
    room: [u8; 200],
}

impl Reason {
    fn new() -> Self {
        Self { room: [1; 200] }
    }

    fn text(&mut self) -> ErrorText {
        ErrorText { text: self.room.as_mut_ptr(), capacity: self.room.len() }
    }

    fn read(&self) -> &str {
        let end = self.room.iter().position(|&byte| byte == 0).expect("a zero at the end");
        std::str::from_utf8(&self.room[..end]).unwrap()
    }
}

/// Makes a plan without maps; status, handle and reason.
fn make(options: &str) -> (i32, *mut NativePlan, String) {
    let (mut plan, mut reason) = (null_mut(), Reason::new());
    let none = (null::<f32>(), 0);
    let error = reason.text();
    // SAFETY: lengths are those of the slices.
    let status = unsafe {
        bs_plan_new(
            options.as_ptr(),
            options.len(),
            null(),
            0,
            none.0,
            none.1,
            none.0,
            none.1,
            &mut plan,
            &error,
        )
    };
    let text = if status == OK { String::new() } else { reason.read().to_string() };
    (status, plan, text)
}

/// Loads a frame; `encoding` by its name.
unsafe fn load(plan: *mut NativePlan, encoding: &str, bytes: &[u8], error: *const ErrorText) -> i32 {
    // SAFETY: lengths are those of the slices.
    unsafe { bs_plan_load(plan, encoding.as_ptr(), encoding.len(), bytes.as_ptr(), bytes.len(), error) }
}

fn frame(pixels: usize) -> Vec<u8> {
    let count = |p: usize| if p % 311 < 2 { 90 } else { 20 + (p * 7919) % 11 };
    (0..pixels).flat_map(|p| (count(p) as u16).to_le_bytes()).collect()
}

/// Everything that a plan makes of a frame, as bits.
fn results(options: &str, pixels: usize, bins: usize) -> Vec<u64> {
    let (status, plan, reason) = make(options);
    assert_eq!((status, reason.as_str()), (OK, ""));
    let bytes = frame(pixels);
    let (mut profile, mut numbers) = (vec![0f64; 4 * bins], vec![0u64; 6]);
    let mut all = Vec::new();
    // SAFETY: lengths are those of the slices; places are read before the next call.
    unsafe {
        assert_eq!(load(plan, "raw", &bytes, null()), OK);
        assert_eq!(bs_plan_integrate(plan, profile.as_mut_ptr(), profile.len(), null()), OK);
        all.extend(profile.iter().map(|x| x.to_bits()));
        assert_eq!(bs_plan_clip(plan, profile.as_mut_ptr(), profile.len(), null()), OK);
        all.extend(profile.iter().map(|x| x.to_bits()));
        assert_eq!(bs_plan_pick(plan, numbers.as_mut_ptr(), 3, null()), OK);
        let index = std::slice::from_raw_parts(numbers[1] as usize as *const u32, numbers[0] as usize);
        let values = std::slice::from_raw_parts(numbers[2] as usize as *const u16, numbers[0] as usize);
        assert!(index.len() > 10);
        all.extend(index.iter().map(|&i| u64::from(i)).chain(values.iter().map(|&v| u64::from(v))));
        assert_eq!(bs_plan_peaks(plan, numbers.as_mut_ptr(), 6, null()), OK);
        for &place in &numbers[1..] {
            let column = std::slice::from_raw_parts(place as usize as *const u32, numbers[0] as usize);
            all.extend(column.iter().map(|&bits| u64::from(bits)));
        }
        bs_plan_free(plan);
    }
    all
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    // Large enough for every stage to be split; Miri takes the small one.
    let (size, pixels, bins) = if cfg!(miri) { (83, 61 * 83, 40) } else { (9000, 61 * 9000, 40) };
    for (kind, extra) in [("uint16", "false"), ("uint16", "true"), ("int16", "false\ndummy=25")] {
        let options = OPTIONS
            .replace("fast=83", &format!("fast={size}"))
            .replace("uint16", kind)
            .replace("solidAngle=false", &format!("solidAngle={extra}"));
        let one = results(&format!("{options}\nthreads=1"), pixels, bins);
        for threads in [2, 3, 8] {
            let more = results(&format!("{options}\nthreads={threads}"), pixels, bins);
            assert!(one == more, "{threads} threads, {kind}, {extra}");
        }
        let other = results(&options.replace("cutoffPick=2", "cutoffPick=0.5"), pixels, bins);
        assert!(one != other, "the comparison sees other settings");
    }
}

/// What `bs_plan_process` makes of a frame: profiles, background, numbers, and the lists that they lead to, as bits.
fn processed(plan: *mut NativePlan, bytes: &[u8], stages: u32, bins: usize) -> Vec<u64> {
    let before = if stages & stages::INTEGRATE == 0 { 0 } else { 4 * bins };
    let (mut profiles, mut background) = (vec![0f64; before + 4 * bins], vec![0f32; 2 * bins]);
    let mut numbers = [7u64; 12];
    // SAFETY: lengths are those of the slices; places are read before the next call.
    unsafe {
        let status = bs_plan_process(
            plan,
            "raw".as_ptr(),
            3,
            bytes.as_ptr(),
            bytes.len(),
            stages,
            profiles.as_mut_ptr(),
            profiles.len(),
            background.as_mut_ptr(),
            background.len(),
            numbers.as_mut_ptr(),
            numbers.len(),
            null(),
        );
        assert_eq!(status, OK);
        let list = |place: u64, bytes: u64| match bytes {
            0 => &[][..],
            _ => std::slice::from_raw_parts(place as usize as *const u8, bytes as usize),
        };
        let [_, kept, index, values, peaks, places @ .., chunk, size] = numbers;
        let mut lists = [list(index, 4 * kept), list(values, 2 * kept), list(chunk, size)].concat();
        lists.extend(places.iter().flat_map(|&place| list(place, 4 * peaks)));
        let counts = [numbers[0], kept, peaks, size];
        let profiles = profiles.iter().map(|x| x.to_bits());
        let background = background.iter().map(|x| u64::from(x.to_bits()));
        counts.into_iter().chain(profiles).chain(background).chain(lists.into_iter().map(u64::from)).collect()
    }
}

#[test]
fn forked_plans_work_side_by_side_and_outlive_the_first() {
    let (_, plan, _) = make(&format!("{OPTIONS}\nthreads=2"));
    let all = stages::INTEGRATE | stages::PICK | stages::PEAKS | stages::ENCODE;
    let bytes = frame(PIXELS);
    let expected = processed(plan, &bytes, all, 40);
    assert!(expected.len() > 500);
    assert_eq!(processed(plan, &bytes, 0, 40)[1..4], [0, 0, 0], "nothing was asked for");
    let mut forks = [null_mut(); 3];
    for fork in &mut forks {
        // SAFETY: a live plan, and room for a handle.
        assert_eq!(unsafe { bs_plan_fork(plan, fork, null()) }, OK);
    }
    // SAFETY: freed once.
    unsafe { bs_plan_free(plan) };
    std::thread::scope(|scope| {
        for fork in forks.map(|fork| fork as usize) {
            let (bytes, expected) = (&bytes, &expected);
            scope.spawn(move || {
                let fork = fork as *mut NativePlan;
                for _ in 0..3 {
                    assert!(processed(fork, bytes, all, 40) == *expected);
                }
                let other = frame(PIXELS).iter().map(|byte| byte / 2).collect::<Vec<_>>();
                assert!(processed(fork, &other, all, 40) != *expected, "the comparison sees another frame");
                // SAFETY: this thread's own handle, freed once.
                unsafe { bs_plan_free(fork) };
            });
        }
    });
}

/// One rebuilt frame of 300,000 pixels (1,000 under Miri).
fn rebuilt(threads: usize, noise: f64, seed: u64) -> Vec<u16> {
    let pixels: usize = if cfg!(miri) { 1000 } else { 300_001 };
    let radius: Vec<f32> =
        (0..pixels).map(|p| if p % 97 == 5 { f32::NAN } else { (p % 91) as f32 * 0.1 }).collect();
    let norms: Vec<f32> = (0..pixels).map(|p| 1.0 - (p % 7) as f32 * 0.01).collect();
    let options =
        format!("type=uint16\nfirst=0.5\nwidth=1\nbins=9\ndummy=65535\ncutoffPick=2\nthreads={threads}");
    let (mut densifier, mut places) = (null_mut(), [0u64; 3]);
    let (mean, std) = ([9f32; 9], [3f32; 9]);
    let (index, intensity) = ([7u32], 500u16.to_le_bytes());
    // SAFETY: lengths are those of the slices; the frame is copied before it is freed.
    unsafe {
        let (text, length) = (options.as_ptr(), options.len());
        let status = bs_densifier_new(
            text,
            length,
            radius.as_ptr(),
            pixels,
            norms.as_ptr(),
            pixels,
            &mut densifier,
            null(),
        );
        assert_eq!(status, OK);
        let (mean, std, index) = (mean.as_ptr(), std.as_ptr(), index.as_ptr());
        let status = bs_densifier_frame(
            densifier,
            mean,
            std,
            9,
            index,
            1,
            intensity.as_ptr(),
            2,
            noise,
            seed,
            3,
            1,
            places.as_mut_ptr(),
            3,
            null(),
        );
        assert_eq!(status, OK);
        let frame = std::slice::from_raw_parts(places[0] as usize as *const u16, pixels).to_vec();
        let chunk = std::slice::from_raw_parts(places[1] as usize as *const u8, places[2] as usize);
        assert_eq!(chunk[..8], (2 * pixels as u64).to_be_bytes());
        bs_densifier_free(densifier);
        frame
    }
}

#[test]
fn rebuilt_frames_do_not_depend_on_the_number_of_threads() {
    for noise in [0.0, 1.0] {
        let one = rebuilt(1, noise, 4);
        assert_eq!((one[7], one[5]), (500, u16::MAX));
        for threads in [2, 3, 8] {
            assert!(rebuilt(threads, noise, 4) == one, "{threads} threads, noise {noise}");
        }
    }
    assert_ne!(rebuilt(2, 1.0, 4), rebuilt(2, 1.0, 5), "the comparison sees another seed");
}

#[test]
fn wrong_arguments_are_a_status_and_a_reason() {
    let (status, plan, _) = make(OPTIONS);
    assert_eq!(status, OK);
    let mut reason = Reason::new();
    let error = reason.text();
    let (mut numbers, mut floats) = ([0u64; 6], [0f64; 160]);
    let bytes = frame(PIXELS);
    // SAFETY: what is wrong here is what the library promises to check.
    unsafe {
        assert_eq!(load(null_mut(), "raw", &bytes, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_load(plan, "raw".as_ptr(), 3, null(), 7, &error), WRONG_ARGUMENT);
        assert_eq!(load(plan, "morse", &bytes, &error), REFUSED);
        for encoding in ["raw", "byte-offset", "bitshuffle-lz4"] {
            assert_eq!(load(plan, encoding, &bytes[..7], &error), REFUSED, "{encoding}");
        }
        assert_eq!(bs_plan_load(plan, null(), 0, bytes.as_ptr(), 7, &error), REFUSED);
        assert_eq!(bs_plan_fork(null_mut(), &mut null_mut(), &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_fork(plan, null_mut(), &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_clip(plan, floats.as_mut_ptr(), 159, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_clip(plan, null_mut(), 160, &error), WRONG_ARGUMENT);
        let crooked = floats.as_mut_ptr().cast::<u8>().add(1).cast();
        assert_eq!(bs_plan_clip(plan, crooked, 1, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_integrate(plan, floats.as_mut_ptr(), 0, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_pick(plan, numbers.as_mut_ptr(), 2, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_peaks(plan, numbers.as_mut_ptr(), 5, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_facts(null_mut(), numbers.as_mut_ptr(), 5, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_invalid(plan, null_mut(), 1, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_background(plan, null_mut(), 0, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_radius(plan, null_mut(), usize::MAX, &error), WRONG_ARGUMENT);
        assert_eq!(bs_plan_normalization(plan, null_mut(), 0, &error), REFUSED);
        assert_eq!(bs_plan_centres(plan, floats.as_mut_ptr(), 41, &error), WRONG_ARGUMENT);
        bs_plan_free(plan);
        bs_plan_free(null_mut());
        bs_densifier_free(null_mut());
    }
}

#[test]
fn options_that_cannot_be_meant_are_named() {
    let refused = |options: &str| {
        let (status, plan, reason) = make(options);
        assert_eq!(status, REFUSED, "{reason}");
        assert!(plan.is_null());
        reason
    };
    assert_eq!(refused(&OPTIONS.replace("uint16", "float16")), "unknown type float16");
    assert_eq!(refused(&OPTIONS.replace("bins=40\n", "")), "the option bins is missing");
    assert_eq!(refused(&OPTIONS.replace("=5", "=-5")), "cycle cannot be -5");
    assert_eq!(refused("slow"), "the option slow has no value");
    assert!(refused(&OPTIONS.replace("patchSize=5", "patchSize=4")).contains("patch size"));
    assert!(refused(&OPTIONS.replace("slow=61", "slow=99999999999")).contains("268435456"));
    assert!(refused(&format!("{OPTIONS}\nthreads=5000")).contains("threads"));
    assert!(refused(&OPTIONS.replace("orientation=3", "orientation=7")).contains("orientation 7"));
    let (status, _, reason) = {
        let (mut plan, mut reason) = (null_mut(), Reason::new());
        let error = reason.text();
        let text = [0xffu8; 3];
        let mask = [0u8; 5];
        // SAFETY: lengths are those of the slices.
        let status = unsafe {
            bs_plan_new(text.as_ptr(), 3, mask.as_ptr(), 5, null(), 0, null(), 0, &mut plan, &error)
        };
        (status, plan, reason)
    };
    assert_eq!((status, reason.read().contains("utf-8")), (REFUSED, true));
}

#[test]
fn a_map_of_another_size_is_refused_and_a_short_error_buffer_is_not_overrun() {
    let (mut plan, mut reason) = (null_mut(), Reason::new());
    let error = ErrorText { capacity: 10, ..reason.text() };
    let mask = [0u8; 5];
    // SAFETY: lengths are those of the slices.
    let status = unsafe {
        let (text, length) = (OPTIONS.as_ptr(), OPTIONS.len());
        bs_plan_new(text, length, mask.as_ptr(), 5, null(), 0, null(), 0, &mut plan, &error)
    };
    assert_eq!(status, REFUSED);
    assert_eq!(reason.read(), "the mask ");
    assert!(reason.room[10..].iter().all(|&byte| byte == 1));
    assert!(plan.is_null());
}

#[test]
fn the_library_tells_its_version_and_its_sources() {
    assert_eq!(bs_abi_version(), ABI);
    // SAFETY: 64 digits and a zero.
    let sources = unsafe { std::slice::from_raw_parts(bs_sources(), 65) };
    assert!(sources[..64].iter().all(u8::is_ascii_hexdigit) && sources[64] == 0);
}
