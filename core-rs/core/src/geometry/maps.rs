//! One value per pixel, in raster order, computed once per plan.

use super::{for_each_pixel, Frame, Geometry, Shape, Unit};

/// Radial coordinate of each pixel's centre in `unit`. `out` holds one f64 per pixel.
///
/// # Panics
/// When the unit needs a wavelength and the geometry has none (callers check), or `out` has another size.
pub fn radial_map(g: &Geometry, shape: Shape, unit: Unit, out: &mut [f64]) {
    assert_eq!(out.len(), shape.pixels());
    let wavelength = if unit.needs_wavelength() { g.wavelength.expect("wavelength") } else { 1.0 };
    let frame = Frame::new(g);
    for_each_pixel(g, shape, |pixel, p1, p2| {
        let (t1, t2, t3) = frame.position(p1, p2);
        out[pixel] = unit.coordinate((t1 * t1 + t2 * t2).sqrt(), t3, wavelength);
    });
}

/// Azimuth χ of each pixel's centre, rad in (−π, π], 0 along the fast axis. `out` holds one f64 per pixel.
pub fn chi_map(g: &Geometry, shape: Shape, out: &mut [f64]) {
    assert_eq!(out.len(), shape.pixels());
    let frame = Frame::new(g);
    for_each_pixel(g, shape, |pixel, p1, p2| {
        let (t1, t2, _) = frame.position(p1, p2);
        out[pixel] = libm::atan2(t1, t2);
    });
}

/// Solid angle of each pixel relative to normal incidence, cos³ of the angle of incidence; multiplied into `out`.
pub fn solid_angle_map(g: &Geometry, shape: Shape, out: &mut [f64]) {
    assert_eq!(out.len(), shape.pixels());
    let frame = Frame::new(g);
    for_each_pixel(g, shape, |pixel, p1, p2| {
        let cosine = frame.incidence_cosine(p1, p2);
        out[pixel] *= cosine * cosine * cosine;
    });
}

/// Polarization of each pixel, ½(1 + cos²2θ − f·cos 2χ·sin²2θ) for a factor f in [−1, 1] (1: horizontal);
/// multiplied into `out`.
pub fn polarization_map(g: &Geometry, shape: Shape, factor: f64, out: &mut [f64]) {
    assert_eq!(out.len(), shape.pixels());
    let frame = Frame::new(g);
    for_each_pixel(g, shape, |pixel, p1, p2| {
        let (t1, t2, t3) = frame.position(p1, p2);
        let d2 = t1 * t1 + t2 * t2 + t3 * t3;
        // cos 2χ · sin²2θ = (t2² − t1²)/d² and cos²2θ = t3²/d²: no trigonometric call, and no 0/0 at the beam.
        let polarization = 0.5 * (1.0 + (t3 * t3 - factor * (t2 * t2 - t1 * t1)) / d2);
        out[pixel] *= polarization;
    });
}
