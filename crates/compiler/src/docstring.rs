//! Docstrings without their common indentation (as CPython compiles them since 3.13; `inspect.cleandoc` without the
//! trimming of blank lines).

use taipan_text::Wtf8Buf;

const TAB: usize = 8;

/// Expand tabs and remove the margin of all lines but the first.
pub fn clean(text: &Wtf8Buf) -> Wtf8Buf {
    let expanded = expand_tabs(text.as_bytes());
    let lines: Vec<&[u8]> = expanded.split(|&b| b == b'\n').collect();
    let Some((first, rest)) = lines.split_first() else { return text.clone() };
    let margin = rest
        .iter()
        .filter_map(|line| line.iter().position(|&b| b != b' '))
        .min()
        .unwrap_or(0);
    let mut out = Vec::with_capacity(expanded.len());
    let start = first.iter().position(|&b| b != b' ').unwrap_or(first.len());
    out.extend_from_slice(&first[start..]);
    for line in rest {
        out.push(b'\n');
        let cut = line.iter().take(margin).take_while(|&&b| b == b' ').count();
        out.extend_from_slice(&line[cut..]);
    }
    // Cutting spaces and expanding tabs leaves well-formed text well formed.
    Wtf8Buf::from_bytes(out).unwrap_or_else(|| text.clone())
}

fn expand_tabs(text: &[u8]) -> Vec<u8> {
    if !text.contains(&b'\t') {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let fill = TAB - column % TAB;
                out.resize(out.len() + fill, b' ');
                column += fill;
            }
            b'\n' | b'\r' => {
                out.push(byte);
                column = 0;
            }
            // Columns count code points: continuation bytes add none.
            0x80..=0xBF => out.push(byte),
            _ => {
                out.push(byte);
                column += 1;
            }
        }
    }
    out
}
