//! The inverse of the normal distribution function.
//!
//! Wichura 1988, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37, 477:
//! three rational approximations of degree 7, accurate to about 1 part in 10¹⁶.

// The constants are given as published, so that they can be compared.
#![allow(clippy::excessive_precision)]

use super::elementary::ln;

/// Coefficients by rising power: numerator and denominator of the central range, |u − ½| ≤ 0.425.
const CENTRAL: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_608,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_082_9e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561e3,
    ],
];

/// The same for the near tails, √(−ln tail) ≤ 5.
const NEAR: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_9,
        5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        2.417_807_251_774_506_117_7e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_4e-4,
    ],
    [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_4,
        6.897_673_349_851_000_045_5e-1,
        1.481_039_764_274_800_745_9e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
];

/// The same for the far tails.
const FAR: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103_777_2,
        5.463_784_911_164_114_369_9,
        1.784_826_539_917_291_335_8,
        2.965_605_718_285_048_912_3e-1,
        2.653_218_952_657_612_309_3e-2,
        1.242_660_947_388_078_438_6e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    [
        1.0,
        5.998_322_065_558_879_376_9e-1,
        1.369_298_809_227_358_053_1e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591e-4,
        1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
];

/// Quotient of two polynomials at `x`.
#[inline]
fn rational(coefficients: &[[f64; 8]; 2], x: f64) -> f64 {
    let [above, below] = coefficients;
    let (mut numerator, mut denominator) = (above[7], below[7]);
    for power in (0..7).rev() {
        numerator = numerator * x + above[power];
        denominator = denominator * x + below[power];
    }
    numerator / denominator
}

/// The `z` below which a standard normal variable lies with probability `u`; NaN unless 0 < u < 1.
#[inline]
pub fn inverse_normal(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        return q * rational(&CENTRAL, 0.180_625 - q * q);
    }
    let tail = if q < 0.0 { u } else { 1.0 - u };
    let r = (-ln(tail)).sqrt();
    let z = if r <= 5.0 { rational(&NEAR, r - 1.6) } else { rational(&FAR, r - 5.0) };
    if q < 0.0 {
        -z
    } else {
        z
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentage_points_are_right_to_14_digits() {
        // Quantiles by SciPy 1.17 (scipy.special.ndtri).
        let cases = [
            (0.5, 0.0),
            (0.1, -1.2815515655446004),
            (0.25, -0.6744897501960817),
            (0.074, -1.4466320671589785),
            (0.076, -1.4325027208258116),
            (0.9, 1.2815515655446004),
            (0.926, 1.446632067158979),
            (0.975, 1.959963984540054),
            (0.999, 3.090232306167813),
            (0.001, -3.090232306167813),
            (1e-05, -4.264890793922825),
            (1e-10, -6.361340902404056),
            (1.3e-11, -6.667611456510741),
            (1e-12, -7.034483825301131),
            (1e-16, -8.222082216130435),
        ];
        for (u, z) in cases {
            assert!((inverse_normal(u) - z).abs() <= 1e-14 * z.abs().max(1.0), "{u}: {}", inverse_normal(u));
        }
        assert!(
            inverse_normal(0.0).is_nan() && inverse_normal(1.0).is_nan() && inverse_normal(-0.1).is_nan()
        );
    }
}
