//! Times of the main operations by operand length, in nanoseconds: mul, square, divmod, str, int(str).
use std::hint::black_box;
use std::time::Instant;
use taipan_algo_int as n;
use taipan_algo_int::BigInt;

fn time<T>(mut f: impl FnMut() -> T) -> f64 {
    let mut count = 1u32;
    let mut best = f64::MAX;
    let mut rounds = 0;
    while rounds < 4 {
        let start = Instant::now();
        for _ in 0..count {
            black_box(f());
        }
        let t = start.elapsed().as_secs_f64();
        if t < 0.03 {
            count *= 4;
        } else {
            best = best.min(t / f64::from(count));
            rounds += 1;
        }
    }
    best * 1e9
}

fn main() {
    let mut state = 88172645463325252u64;
    let mut digit = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) as u32 & n::DIGIT_MASK | 1
    };
    for len in [1, 2, 10, 100, 1000, 10000, 100000] {
        let a = BigInt::new(false, (0..len).map(|_| digit()).collect());
        let b = BigInt::new(false, (0..len).map(|_| digit()).collect());
        let c = n::mul(a.view(), b.view());
        let mut text = Vec::new();
        n::to_decimal(a.view(), &mut text);
        let times = [
            time(|| n::mul(a.view(), b.view())),
            time(|| n::mul(a.view(), a.view())),
            time(|| n::divmod_floor(c.view(), b.view())),
            time(|| {
                let mut out = Vec::new();
                n::to_decimal(a.view(), &mut out);
                out
            }),
            time(|| n::from_str_radix(&text, 10, 0)),
        ];
        println!("{len} {}", times.map(|t| format!("{t:.0}")).join(" "));
    }
}
