//! "Did you mean": the closest of a few names, by an edit distance in which a change of case costs half.
//!
//! The costs and limits are those of CPython (they decide which suggestion users see): insertion, deletion and substitution cost 2, a
//! difference of case 1; the distance may reach a third of both lengths.

const MOVE: usize = 2;
const CASE: usize = 1;
/// Longer names are not compared.
const LEN_MAX: usize = 40;
/// With more candidates than this nothing is suggested.
const CANDIDATES_MAX: usize = 750;

/// The candidate closest to `name`, if one is close enough. The first of equals wins.
pub fn suggest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(&str, usize)> = None;
    for (i, c) in candidates.enumerate() {
        if i >= CANDIDATES_MAX {
            return None;
        }
        if c == name {
            continue;
        }
        let mut max = (name.len() + c.len() + 3) * MOVE / 6;
        if let Some((_, d)) = best {
            max = max.min(d - 1);
        }
        let d = distance(name.as_bytes(), c.as_bytes(), max);
        if d <= max {
            best = Some((c, d));
            if d == 0 {
                break;
            }
        }
    }
    best.map(|(c, _)| c)
}

fn substitution(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE
    } else {
        MOVE
    }
}

/// Edit distance, or something above `max` as soon as it is known to be.
fn distance<'a>(mut a: &'a [u8], mut b: &'a [u8], max: usize) -> usize {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    (a, b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (a, b) = (&a[..a.len() - back], &b[..b.len() - back]);
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE;
    }
    if a.len() > LEN_MAX || b.len() > LEN_MAX {
        return max + 1;
    }
    if b.len() < a.len() {
        (a, b) = (b, a);
    }
    if (b.len() - a.len()) * MOVE > max {
        return max + 1;
    }
    let mut row = [0usize; LEN_MAX];
    for (i, cell) in row.iter_mut().enumerate() {
        *cell = (i + 1) * MOVE;
    }
    let mut result = 0;
    for (i, &y) in b.iter().enumerate() {
        let mut diagonal = i * MOVE;
        result = diagonal;
        let mut least = usize::MAX;
        for (&x, cell) in a.iter().zip(row.iter_mut()) {
            let substituted = diagonal + substitution(x, y);
            diagonal = *cell;
            result = (result.min(diagonal) + MOVE).min(substituted);
            *cell = result;
            least = least.min(result);
        }
        if least > max {
            return max + 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn the_oracle_s_choices() {
        let names = ["sep", "maxsplit"];
        assert_eq!(suggest("sp", names.into_iter()), Some("sep"));
        assert_eq!(suggest("foo", names.into_iter()), None);
        assert_eq!(suggest("kye", ["key"].into_iter()), None);
        assert_eq!(suggest("b1", ["b", "c", "d"].into_iter()), Some("b"));
        assert_eq!(suggest("rel_tl", ["a", "b", "rel_tol", "abs_tol"].into_iter()), Some("rel_tol"));
        assert_eq!(suggest("SEP", names.into_iter()), Some("sep"));
    }
}
