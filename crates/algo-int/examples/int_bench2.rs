//! Times of the less frequent operations, in nanoseconds; compare with `timeit` on the reference.
use std::hint::black_box;
use std::time::Instant;
use taipan_algo_int as n;
use taipan_algo_int::BigInt;

fn time<T>(name: &str, mut f: impl FnMut() -> T) {
    let (mut count, mut best, mut rounds) = (1u32, f64::MAX, 0);
    while rounds < 4 {
        let start = Instant::now();
        for _ in 0..count {
            black_box(f());
        }
        let t = start.elapsed().as_secs_f64();
        if t < 0.02 {
            count *= 4;
        } else {
            best = best.min(t / f64::from(count));
            rounds += 1;
        }
    }
    println!("{name} {:.0}", best * 1e9);
}

fn main() {
    let mut state = 88172645463325252u64;
    let mut number = |bits: u32| {
        let mut digits = Vec::new();
        for _ in 0..bits / 30 + 1 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            digits.push((state >> 20) as u32 & n::DIGIT_MASK | 1);
        }
        let extra = u64::from(bits / 30 + 1) * 30 - u64::from(bits);
        n::shr(BigInt::new(false, digits).view(), extra)
    };
    let three = BigInt::from(3i64);
    let ten = BigInt::from(10i64);
    time("pow3_10000", || n::pow(three.view(), BigInt::from(10000i64).view()));
    time("pow10_20", || n::pow(ten.view(), BigInt::from(20i64).view()));
    time("pow10_500", || n::pow(ten.view(), BigInt::from(500i64).view()));
    for bits in [50, 64, 256, 1024, 2048, 8192] {
        let (a, b, c) = (number(bits), number(bits), number(bits));
        let c = n::or(c.view(), n::IntRef::ONE);
        time(&format!("modpow{bits}"), || n::modpow(a.view(), b.view(), c.view()));
        time(&format!("modinv{bits}"), || n::modpow(a.view(), BigInt::from(-1i64).view(), c.view()));
        time(&format!("gcd{bits}"), || n::gcd::gcd(a.view(), b.view()));
        time(&format!("isqrt{bits}"), || n::isqrt(a.view()));
        time(&format!("add{bits}"), || n::add(a.view(), b.view()));
        time(&format!("sub{bits}"), || n::sub(a.view(), b.view()));
        time(&format!("and{bits}"), || n::and(a.view(), b.view()));
        time(&format!("xorneg{bits}"), || n::xor(a.view(), b.view().negated()));
        time(&format!("shl{bits}"), || n::shl(a.view(), 37));
        time(&format!("shr{bits}"), || n::shr(a.view(), 37));
        time(&format!("truediv{bits}"), || n::true_div(a.view(), b.view()));
        time(&format!("hash{bits}"), || n::hash(a.view()));
        time(&format!("bitcount{bits}"), || a.view().bit_count());
        time(&format!("hex{bits}"), || {
            let mut out = Vec::new();
            n::to_radix(a.view(), 16, false, &mut out);
            out
        });
        let mut bytes = vec![0; bits as usize / 8 + 1];
        time(&format!("tobytes{bits}"), || n::to_bytes(a.view(), &mut bytes, n::Endian::Big, false));
        let bytes = bytes.clone();
        time(&format!("frombytes{bits}"), || n::from_bytes(&bytes, n::Endian::Big, false));
    }
    time("fact100", || n::combinat::factorial(100));
    time("fact1000", || n::combinat::factorial(1000));
    time("fact20000", || n::combinat::factorial(20000));
    time("comb1000_500", || n::combinat::comb(BigInt::from(1000i64).view(), 500));
    time("comb60_30", || n::combinat::comb(BigInt::from(60i64).view(), 30));
    time("comb100000_5000", || n::combinat::comb(BigInt::from(100000i64).view(), 5000));
    time("str7", || {
        let mut out = Vec::new();
        n::to_decimal(BigInt::from(1234567i64).view(), &mut out);
        out
    });
}
