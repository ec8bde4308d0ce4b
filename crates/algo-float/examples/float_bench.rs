//! Nanoseconds for repr, parse and the usual formats, averaged over a thousand doubles.
use std::hint::black_box;
use std::time::Instant;
use taipan_algo_float::spec::{FormatSpec, Locale, format_float};

fn time(name: &str, mut f: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        f();
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{name} {:.0}", best * 1e6);
}

fn main() {
    let values: Vec<f64> = (1..=1000).map(|i| 1e6 / f64::from(i) * 0.37).collect();
    let texts: Vec<Vec<u8>> = values
        .iter()
        .map(|&x| {
            let mut out = Vec::new();
            taipan_algo_float::repr(x, &mut out);
            out
        })
        .collect();
    time("repr", || {
        for &x in &values {
            let mut out = Vec::with_capacity(24);
            taipan_algo_float::repr(x, &mut out);
            black_box(out);
        }
    });
    time("parse", || {
        for t in &texts {
            black_box(taipan_algo_float::parse_float(t));
        }
    });
    for spec in [".2f", "10.3e", ".6g", ",.2f"] {
        time(spec, || {
            for &x in &values {
                let s = FormatSpec::for_float(spec.as_bytes()).unwrap();
                black_box(format_float(&s, x, &Locale::C).unwrap());
            }
        });
    }
    time("round2", || {
        for &x in &values {
            let _ = black_box(taipan_algo_float::round_digits(x, 2));
        }
    });
}
