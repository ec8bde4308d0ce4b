//! Text form of code, for people and golden files.

use std::fmt::Write;

use crate::encode::{Instr, decode};
use crate::linetable::Reader;
use crate::ops::{CommonConst, Intrinsic1, Intrinsic2, Kind, Op};
use crate::spec::{CodeSpec, Const};

/// Disassemble `code` and the code in its constants, depth first.
pub fn disassemble(code: &CodeSpec) -> String {
    let mut out = String::new();
    one(code, &mut out);
    let mut waiting: Vec<&CodeSpec> = Vec::new();
    push_nested(code, &mut waiting);
    while let Some(next) = waiting.pop() {
        out.push('\n');
        one(next, &mut out);
        push_nested(next, &mut waiting);
    }
    out
}

fn push_nested<'a>(code: &'a CodeSpec, waiting: &mut Vec<&'a CodeSpec>) {
    for constant in code.consts.iter().rev() {
        if let Const::Code(inner) = constant {
            waiting.push(inner);
        }
    }
}

fn one(code: &CodeSpec, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "code {} (line {}, flags {:#x}, args {}/{}/{}, temps {}, cells {})",
        code.qualname,
        code.firstlineno,
        code.flags,
        code.argcount,
        code.posonlyargcount,
        code.kwonlyargcount,
        code.ntemps,
        code.ncells
    );
    if !code.locals.is_empty() {
        let names: Vec<&str> = code.locals.iter().map(|l| &*l.name).collect();
        let _ = writeln!(out, "  locals: {}", names.join(", "));
    }
    let mut lines = Vec::with_capacity(code.code.len());
    for (location, words) in Reader::new(&code.linetable, code.firstlineno) {
        lines.extend(std::iter::repeat_n(location.line, words));
    }
    let mut targets: Vec<i64> = instructions(code).filter_map(|i| i.ok()?.jump_target()).collect();
    targets.extend(code.exceptions.iter().map(|e| i64::from(e.handler)));
    let mut last_line = 0;
    for instr in instructions(code) {
        let instr = match instr {
            Ok(instr) => instr,
            Err(error) => {
                let _ = writeln!(out, "  {error}");
                break;
            }
        };
        let line = lines.get(instr.start).copied().unwrap_or(-1);
        let shown = if line == last_line {
            String::new()
        } else if line < 0 {
            "--".to_owned()
        } else {
            line.to_string()
        };
        last_line = line;
        let mark = if targets.contains(&(instr.start as i64)) { ">>" } else { "  " };
        let _ = write!(out, "{shown:>5} {mark} {:4} {:<24}", instr.start, instr.op.name());
        operands(code, &instr, out);
        while out.ends_with(' ') {
            out.pop();
        }
        out.push('\n');
    }
    for e in &code.exceptions {
        let lasti = if e.lasti { " lasti" } else { "" };
        let _ = writeln!(out, "  exceptions {}..{} -> {} depth {}{lasti}", e.start, e.end, e.handler, e.depth);
    }
}

fn instructions(code: &CodeSpec) -> impl Iterator<Item = Result<Instr, crate::encode::DecodeError>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= code.code.len() {
            return None;
        }
        let instr = decode(&code.code, at);
        at = match &instr {
            Ok(instr) => instr.end,
            Err(_) => code.code.len(),
        };
        Some(instr)
    })
}

fn operands(code: &CodeSpec, instr: &Instr, out: &mut String) {
    for (index, (_, kind, value)) in instr.operands().enumerate() {
        out.push_str(if index == 0 { " " } else { ", " });
        let _ = match kind {
            _ if kind.is_register() => write!(out, "{}", register(code, value)),
            Kind::Name | Kind::Name16 => {
                write!(out, "{}", code.names.get(value as usize).map_or("?", |n| n))
            }
            Kind::Const | Kind::Const16 | Kind::ExtConst => match code.consts.get(value as usize) {
                Some(constant) => write!(out, "{}", shown(constant)),
                None => write!(out, "?"),
            },
            _ if kind.is_jump() => write!(out, "-> {}", instr.end as i64 + i64::from(value)),
            _ => write!(out, "{value}"),
        };
    }
    let number = |index: usize| instr.args[index] as u32;
    let what = match instr.op {
        Op::CallIntrinsic1 => Intrinsic1::from_u32(number(2)).map(Intrinsic1::name),
        Op::CallIntrinsic2 => Intrinsic2::from_u32(number(3)).map(Intrinsic2::name),
        Op::LoadCommonConst => CommonConst::from_u32(number(1)).map(CommonConst::name),
        _ => None,
    };
    if let Some(what) = what {
        let _ = write!(out, " ({what})");
    }
}

fn register(code: &CodeSpec, value: i32) -> String {
    if value >= 0 {
        return format!("t{value}");
    }
    let index = value + code.locals.len() as i32;
    match usize::try_from(index).ok().and_then(|i| code.locals.get(i)) {
        Some(local) => local.name.to_string(),
        None => format!("local {index}?"),
    }
}

/// A constant, roughly as Python shows it; long ones are cut.
pub fn shown(constant: &Const) -> String {
    const MAX: usize = 60;
    let mut text = match constant {
        Const::None => "None".to_owned(),
        Const::Ellipsis => "...".to_owned(),
        Const::Bool(true) => "True".to_owned(),
        Const::Bool(false) => "False".to_owned(),
        Const::Int(n) => n.to_string(),
        Const::BigInt(_) => "<big int>".to_owned(),
        Const::Float(x) => format!("{x:?}"),
        Const::Complex(real, imag) => format!("({real:?}+{imag:?}j)"),
        Const::Str(s) => format!("{s:?}"),
        Const::Bytes(b) => format!("b\"{}\"", b.escape_ascii()),
        Const::Tuple(items) => format!("({})", list(items)),
        Const::FrozenSet(items) => format!("frozenset({})", list(items)),
        Const::Slice(parts) => format!("slice({})", list(&parts[..])),
        Const::Code(code) => format!("<code {}>", code.qualname),
    };
    if let Some((cut, _)) = text.char_indices().nth(MAX) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn list(items: &[Const]) -> String {
    items.iter().map(shown).collect::<Vec<_>>().join(", ")
}
