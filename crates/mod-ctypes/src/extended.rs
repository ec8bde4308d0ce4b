//! x87's 80-bit `long double` as bytes, from and to `f64`.

/// The 16 bytes that a C `long double` takes.
pub fn from_f64(v: f64) -> [u8; 16] {
    let bits = v.to_bits();
    let sign = ((bits >> 63) as u16) << 15;
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (exp, mantissa) = match (exponent, fraction) {
        (0, 0) => (0, 0),
        (0, f) => {
            // A subnormal becomes normal: the exponent has more room.
            let shift = f.leading_zeros();
            ((16383 - 1022 + 11) - shift as i32, f << shift)
        }
        (0x7ff, f) => (0x7fff, 1 << 63 | f << 11),
        (e, f) => (e - 1023 + 16383, 1 << 63 | f << 11),
    };
    let mut out = [0; 16];
    out[..8].copy_from_slice(&u64::to_le_bytes(mantissa));
    out[8..10].copy_from_slice(&(sign | exp as u16).to_le_bytes());
    out
}

/// The nearest `f64`; ties go to even.
pub fn to_f64(b: [u8; 16]) -> f64 {
    let [m0, m1, m2, m3, m4, m5, m6, m7, e0, e1, ..] = b;
    let mantissa = u64::from_le_bytes([m0, m1, m2, m3, m4, m5, m6, m7]);
    let head = u16::from_le_bytes([e0, e1]);
    let sign = if head >> 15 != 0 { -1.0 } else { 1.0 };
    let exp = i32::from(head & 0x7fff);
    if exp == 0x7fff {
        return if mantissa << 1 == 0 { sign * f64::INFINITY } else { f64::NAN };
    }
    if mantissa == 0 {
        return sign * 0.0;
    }
    let shift = mantissa.leading_zeros();
    let normal = mantissa << shift;
    // The value is normal / 2^63 * 2^e.
    let e = exp.max(1) - 16383 - shift as i32;
    if e > 1023 {
        return sign * f64::INFINITY;
    }
    // Bits that do not fit: 11, more for subnormals.
    let drop = if e < -1022 { (11 + (-1022 - e)).min(64) as u32 } else { 11 };
    let (kept, rest, half) = if drop >= 64 {
        (0, normal, 1u64 << 63)
    } else {
        (normal >> drop, normal & ((1u64 << drop) - 1), 1u64 << (drop - 1))
    };
    // At 64 the rest is compared with half of the smallest subnormal only when it has its weight.
    let up = if drop == 64 && 11 + (-1022 - e) > 64 { false } else { rest > half || (rest == half && kept & 1 == 1) };
    let kept = kept + u64::from(up);
    let base = if e < -1022 { 0 } else { ((e + 1022) as u64) << 52 };
    sign * f64::from_bits(base + kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for v in [0.0, -0.0, 1.0, -2.5, 1e308, 5e-324, 2.2250738585072014e-308, 1e-310, f64::MAX, f64::INFINITY, -f64::INFINITY, 0.1, 1.0 / 3.0] {
            assert_eq!(to_f64(from_f64(v)).to_bits(), v.to_bits(), "{v}");
        }
        assert!(to_f64(from_f64(f64::NAN)).is_nan());
        let one = from_f64(1.0);
        assert_eq!(one[..10], [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f]);
    }

    #[test]
    fn rounds_to_even() {
        let with = |mantissa: u64| {
            let mut b = from_f64(1.0);
            b[..8].copy_from_slice(&mantissa.to_le_bytes());
            to_f64(b)
        };
        assert_eq!(with(1 << 63 | 0x400), 1.0);
        assert_eq!(with(1 << 63 | 0x401), 1.0 + f64::EPSILON);
        assert_eq!(with(1 << 63 | 0xc00), 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(with(u64::MAX), 2.0);
    }
}
