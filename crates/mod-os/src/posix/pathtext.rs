//! Path text of POSIX: the root and normalisation, on code points or bytes alike.

const SLASH: u32 = '/' as u32;
const DOT: u32 = '.' as u32;

/// How much of a path is its root: one slash, or exactly two.
pub fn root_len(p: &[u32]) -> usize {
    match p {
        [SLASH, SLASH, third, ..] if *third == SLASH => 1,
        [SLASH, SLASH, ..] => 2,
        [SLASH, ..] => 1,
        _ => 0,
    }
}

/// `os.path.normpath`; nothing follows a NUL.
pub fn normalise(p: &[u32]) -> Vec<u32> {
    if p.is_empty() {
        return vec![DOT];
    }
    let n = root_len(p);
    let (root, rest) = p.split_at(n);
    let mut parts: Vec<&[u32]> = Vec::new();
    for part in rest.split(|&c| c == SLASH) {
        match part {
            [] | [DOT] => {}
            [DOT, DOT] => match parts.last() {
                Some(&[DOT, DOT]) => parts.push(part),
                Some(_) => {
                    parts.pop();
                }
                None if n == 0 => parts.push(part),
                None => {}
            },
            _ => parts.push(part),
        }
    }
    let mut out = root.to_vec();
    out.extend(parts.join(&SLASH));
    if out.is_empty() {
        out.push(DOT);
    }
    out
}
