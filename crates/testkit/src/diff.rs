//! Saying where two texts differ.

/// The first difference with some context, or None when they are equal.
pub fn first_difference(expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let wanted: Vec<&str> = expected.lines().collect();
    let got: Vec<&str> = found.lines().collect();
    let line = wanted.iter().zip(&got).take_while(|(a, b)| a == b).count();
    let mut text = format!("line {} differs\n", line + 1);
    for context in wanted[line.saturating_sub(2)..line].iter() {
        text.push_str(&format!("    {context}\n"));
    }
    for wanted in wanted.iter().skip(line).take(4) {
        text.push_str(&format!("  - {wanted}\n"));
    }
    // A crash or traceback stands at the end: show more of what was found.
    for got in got.iter().skip(line).take(12) {
        text.push_str(&format!("  + {got}\n"));
    }
    Some(text)
}
