//! One value per pixel, in raster order.

use super::{Geometry, Rows, Shape, Unit};

/// Radial coordinate of each pixel's centre in `unit`. `out` holds one f64 per pixel.
///
/// # Panics
/// When the unit needs a wavelength and the geometry has none (callers check), or `out` has another size.
pub fn radial_map(g: &Geometry, shape: Shape, unit: Unit, out: &mut [f64]) {
    assert_eq!(out.len(), shape.pixels());
    let (rows, wavelength) = (Rows::new(g, shape), unit.wavelength(g));
    for (row, out) in out.chunks_exact_mut(shape.fast).enumerate() {
        rows.radius(row, 0, unit, wavelength, out);
    }
}

/// Azimuth χ of each pixel's centre, rad in (−π, π], 0 along the fast axis. `out` holds one f64 per pixel.
pub fn chi_map(g: &Geometry, shape: Shape, out: &mut [f64]) {
    assert_eq!(out.len(), shape.pixels());
    let rows = Rows::new(g, shape);
    for (row, out) in out.chunks_exact_mut(shape.fast).enumerate() {
        rows.chi(row, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Frame, Orientation};
    use super::*;
    use crate::simd::{run_on_every_level, Kernel};

    const SHAPE: Shape = Shape { slow: 19, fast: 37 };

    fn geometry(orientation: Orientation) -> Geometry {
        Geometry {
            distance: 0.1,
            poni1: 1.1e-3,
            poni2: 1.9e-3,
            rot1: 0.1,
            rot2: -0.2,
            rot3: 0.3,
            wavelength: Some(1e-10),
            pixel1: 1e-4,
            pixel2: 1.1e-4,
            orientation,
        }
    }

    /// Calls `visit(pixel, p1, p2)` for every pixel in raster order; p1, p2 are its centre relative to the PONI, m.
    fn for_each_pixel(g: &Geometry, shape: Shape, mut visit: impl FnMut(usize, f64, f64)) {
        let flip1 = matches!(g.orientation, Orientation::TopLeft | Orientation::TopRight);
        let flip2 = matches!(g.orientation, Orientation::TopLeft | Orientation::BottomLeft);
        for row in 0..shape.slow {
            let i = if flip1 { shape.slow - 1 - row } else { row };
            let p1 = (i as f64 + 0.5) * g.pixel1 - g.poni1;
            let first = row * shape.fast;
            for column in 0..shape.fast {
                let j = if flip2 { shape.fast - 1 - column } else { column };
                visit(first + column, p1, (j as f64 + 0.5) * g.pixel2 - g.poni2);
            }
        }
    }

    #[test]
    fn the_bounds_of_a_row_hold_its_radii_closely() {
        let far = Geometry { distance: 10.0, rot1: 0.0, rot2: 0.0, ..geometry(Orientation::BottomRight) };
        for g in [geometry(Orientation::TopLeft), far, Geometry { poni2: -1.0, ..far }] {
            for (unit, shape) in
                Unit::ALL.into_iter().flat_map(|unit| [(unit, SHAPE), (unit, Shape { slow: 9, fast: 1 })])
            {
                let (rows, mut radii) = (Rows::new(&g, shape), vec![0.0; shape.fast]);
                for row in 0..shape.slow {
                    rows.radius(row, 0, unit, 1e-10, &mut radii);
                    let (low, high) = rows.radius_bounds(row, unit, 1e-10);
                    assert!(radii.iter().all(|&r| low <= r && r <= high), "{unit:?} row {row}");
                    let (least, most) =
                        radii.iter().fold((f64::INFINITY, 0f64), |(l, m), &r| (l.min(r), m.max(r)));
                    // The nearest place may lie between two columns, and z is another one at the other end.
                    let apart = (least - low).max(high - most);
                    assert!(shape.fast == 1 || apart < 0.3 * (most - least), "{unit:?} row {row}");
                }
            }
        }
    }

    #[test]
    fn rows_behind_the_sample_have_no_bounds() {
        let g = Geometry { rot1: 2.0, ..geometry(Orientation::TopLeft) };
        let bounds = Rows::new(&g, SHAPE).radius_bounds(3, Unit::QNm, 1e-10);
        assert_eq!(bounds, (f64::NEG_INFINITY, f64::INFINITY));
    }

    /// All maps by rows, one after the other.
    #[derive(Clone)]
    struct Maps(Geometry, f64);

    impl Kernel for Maps {
        type Out = Vec<u64>;

        #[inline(always)]
        fn run(self) -> Vec<u64> {
            let (rows, mut bits) = (Rows::new(&self.0, SHAPE), Vec::new());
            let mut out = vec![0.0; SHAPE.fast];
            for row in 0..SHAPE.slow {
                for unit in Unit::ALL {
                    rows.radius(row, 0, unit, 1e-10, &mut out);
                    bits.extend(out.iter().map(|x: &f64| x.to_bits()));
                }
                out.fill(1.0);
                rows.solid_angle(row, &mut out);
                rows.polarization(row, self.1, &mut out);
                bits.extend(out.iter().map(|x| x.to_bits()));
            }
            bits
        }
    }

    #[test]
    fn rows_have_the_bits_of_the_formula_pixel_by_pixel_on_every_level() {
        for orientation in [1, 2, 3, 4].map(|number| Orientation::from_number(number).unwrap()) {
            let g = geometry(orientation);
            let (frame, rows) = (Frame::new(&g), Rows::new(&g, SHAPE));
            let mut expected = vec![Vec::new(); 7 * SHAPE.slow];
            for_each_pixel(&g, SHAPE, |pixel, p1, p2| {
                let (t1, t2, t3) = frame.position(p1, p2);
                let first = pixel / SHAPE.fast * 7;
                for (u, unit) in Unit::ALL.into_iter().enumerate() {
                    let radius = unit.coordinate((t1 * t1 + t2 * t2).sqrt(), t3, 1e-10);
                    assert_eq!(rows.radius_of(pixel, unit, 1e-10).to_bits(), radius.to_bits());
                    expected[first + u].push(radius);
                }
                let cosine = frame.incidence_cosine(p1, p2);
                let d2 = t1 * t1 + t2 * t2 + t3 * t3;
                let polarization = 0.5 * (1.0 + (t3 * t3 - 0.9 * (t2 * t2 - t1 * t1)) / d2);
                expected[first + 6].push(cosine * cosine * cosine * polarization);
            });
            let expected: Vec<u64> = expected.concat().iter().map(|x| x.to_bits()).collect();
            for bits in run_on_every_level(Maps(g, 0.9)) {
                assert!(bits == expected);
            }
            assert!(run_on_every_level(Maps(g, 0.91))[0] != expected);
        }
    }

    #[test]
    fn maps_are_rows_one_below_the_other() {
        let g = geometry(Orientation::TopRight);
        let (mut radius, mut chi) = (vec![0.0; SHAPE.pixels()], vec![0.0; SHAPE.pixels()]);
        radial_map(&g, SHAPE, Unit::QNm, &mut radius);
        chi_map(&g, SHAPE, &mut chi);
        let frame = Frame::new(&g);
        for_each_pixel(&g, SHAPE, |pixel, p1, p2| {
            let (t1, t2, t3) = frame.position(p1, p2);
            assert_eq!(radius[pixel], Unit::QNm.coordinate((t1 * t1 + t2 * t2).sqrt(), t3, 1e-10));
            assert_eq!(chi[pixel], libm::atan2(t1, t2));
        });
    }
}
