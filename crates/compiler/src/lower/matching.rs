//! `match`.
//!
//! Patterns test the value in a temp (the *subject* of the pattern), which they leave alone. What must be released when
//! a pattern fails depends on how far it got, so every live temp of a pattern is below the temps it adds, and a
//! failing test jumps to code that releases them from the top down. Captured values wait in temps until the whole
//! pattern has matched; then they are stored in order.

use taipan_bytecode::{Const, Op};
use taipan_syntax::ast::{Expr, ExprKind, Identifier, MatchCase, Pattern, PatternKind, Span, Unaryop, pattern, stmt};

use super::Lower;
use crate::code::{Label, Reg};
use crate::error::{Error, ErrorKind, Result};
use crate::fold;

/// The state of matching one case.
#[derive(Default)]
struct Captures {
    /// Names bound so far and the temps that hold their values, in order.
    names: Vec<(Identifier, Reg)>,
    /// `fail[n]`: label of the code that releases the case's temps from number `n - 1` down and goes to the next case.
    fail: Vec<Label>,
    /// First temp that the case may use.
    base: Reg,
    /// Whether a pattern that always matches may stand here without being the last.
    allow_irrefutable: bool,
}

impl Captures {
    /// R[value] is what `name` will be bound to.
    fn add(&mut self, name: &Identifier, value: Reg, span: Span) -> Result<()> {
        if self.names.iter().any(|(other, _)| other == name) {
            return Err(Error::syntax(format!("multiple assignments to name '{name}' in pattern"), span));
        }
        self.names.push((name.clone(), value));
        Ok(())
    }
}

/// The name of a pattern that only captures.
fn captured_name(p: &Pattern) -> Option<&Identifier> {
    match &p.kind {
        PatternKind::MatchAs(a) if a.pattern.is_none() => a.name.as_ref(),
        PatternKind::MatchStar(s) => s.name.as_ref(),
        _ => None,
    }
}

fn is_wildcard(p: &Pattern) -> bool {
    matches!(&p.kind, PatternKind::MatchAs(a) if a.name.is_none() && a.pattern.is_none())
}

fn is_star_wildcard(p: &Pattern) -> bool {
    matches!(&p.kind, PatternKind::MatchStar(s) if s.name.is_none())
}

impl<'a> Lower<'a> {
    pub fn match_stmt(&mut self, m: &'a stmt::Match) -> Result<()> {
        let subject = self.push(&m.subject)?;
        let end = self.label();
        let count = m.cases.len();
        for (index, case) in m.cases.iter().enumerate() {
            self.case(case, subject, index + 1 == count, end)?;
            self.unit.depth = subject + 1;
        }
        // No case took it.
        let span = m.cases.last().map_or(m.subject.span, |case| case.pattern.span);
        self.emit(span, Op::Pop, [subject]);
        self.place(end);
        self.unit.depth = subject;
        Ok(())
    }

    fn case(&mut self, case: &'a MatchCase, subject: Reg, last: bool, end: Label) -> Result<()> {
        let mut captures = Captures {
            base: subject + 1,
            allow_irrefutable: case.guard.is_some() || last,
            ..Captures::default()
        };
        let span = case.pattern.span;
        self.unit.depth = subject + 1;
        self.pattern(&case.pattern, subject, &mut captures)?;
        for (name, reg) in std::mem::take(&mut captures.names) {
            self.store_name(&name, reg, span)?;
        }
        self.unit.depth = subject + 1;
        if let Some(guard) = &case.guard {
            let fail = self.fail_label(&mut captures, subject + 1);
            self.jump_if(guard, fail, false)?;
        }
        self.emit(span, Op::Pop, [subject]);
        self.unit.depth = subject;
        self.conditional(&case.body)?;
        self.jump(Span::new(-1, -1, -1, -1), end);
        self.unit.depth = subject + 1;
        self.place_failures(&mut captures, span);
        Ok(())
    }

    /// The label to jump to when a test fails while the temps below `depth` are live.
    fn fail_label(&mut self, captures: &mut Captures, depth: Reg) -> Label {
        let live = (depth - captures.base).max(0) as usize;
        while captures.fail.len() <= live {
            let label = self.label();
            captures.fail.push(label);
        }
        captures.fail[live]
    }

    fn place_failures(&mut self, captures: &mut Captures, span: Span) {
        for live in (0..captures.fail.len()).rev() {
            self.place(captures.fail[live]);
            if live > 0 {
                self.emit(span, Op::Pop, [captures.base + live as Reg - 1]);
            }
        }
        captures.fail.clear();
    }

    /// Test the value R[value] (kept). Captured values are pushed; `depth` is above them afterwards.
    fn pattern(&mut self, p: &'a Pattern, value: Reg, captures: &mut Captures) -> Result<()> {
        self.nested(|l| l.pattern_inner(p, value, captures))
    }

    fn pattern_inner(&mut self, p: &'a Pattern, value: Reg, captures: &mut Captures) -> Result<()> {
        let span = p.span;
        match &p.kind {
            PatternKind::MatchValue(v) => self.match_value(&v.value, value, captures, span),
            PatternKind::MatchSingleton(s) => {
                let constant = fold::literal(&s.value);
                let fail = self.fail_label(captures, self.unit.depth);
                let copy = self.unit.depth;
                self.emit(span, Op::Copy, [copy, value]);
                if constant == Const::None {
                    self.emit_jump(span, Op::JumpIfNotNone, [copy], fail);
                } else {
                    self.load_const(span, constant, copy + 1);
                    self.emit_jump(span, Op::JumpIfIsNot, [copy, copy + 1], fail);
                }
                Ok(())
            }
            PatternKind::MatchSequence(s) => self.match_sequence(s, value, captures, span),
            PatternKind::MatchMapping(m) => self.match_mapping(m, value, captures, span),
            PatternKind::MatchClass(c) => self.match_class(c, value, captures, span),
            PatternKind::MatchStar(s) => self.capture(s.name.as_ref(), value, captures, span),
            PatternKind::MatchAs(a) => self.match_as(a, value, captures, span),
            PatternKind::MatchOr(o) => self.match_or(o, value, captures, span),
        }
    }

    /// Keep R[value] for `name` in a new temp.
    fn capture(
        &mut self,
        name: Option<&Identifier>,
        value: Reg,
        captures: &mut Captures,
        span: Span,
    ) -> Result<()> {
        let Some(name) = name else { return Ok(()) };
        let dst = self.push_temp();
        self.emit(span, Op::Copy, [dst, value]);
        captures.add(name, dst, span)
    }

    fn match_as(
        &mut self,
        a: &'a pattern::MatchAs,
        value: Reg,
        captures: &mut Captures,
        span: Span,
    ) -> Result<()> {
        let Some(inner) = &a.pattern else {
            if !captures.allow_irrefutable {
                let message = match &a.name {
                    Some(name) => format!("name capture '{name}' makes remaining patterns unreachable"),
                    None => "wildcard makes remaining patterns unreachable".to_owned(),
                };
                return Err(Error::syntax(message, span));
            }
            return self.capture(a.name.as_ref(), value, captures, span);
        };
        if a.name.is_none() {
            return Err(Error::other(ErrorKind::Value, "MatchAs must specify a target name if a pattern is given"));
        }
        self.pattern(inner, value, captures)?;
        self.capture(a.name.as_ref(), value, captures, span)
    }

    fn match_value(&mut self, e: &'a Expr, value: Reg, captures: &mut Captures, span: Span) -> Result<()> {
        let allowed = match &e.kind {
            ExprKind::Constant(_) | ExprKind::Attribute(_) => true,
            ExprKind::UnaryOp(u) => u.op == Unaryop::USub && self.const_of(e).is_some(),
            ExprKind::BinOp(_) => self.const_of(e).is_some(),
            _ => false,
        };
        if !allowed {
            return Err(Error::syntax("patterns may only match literals and attribute lookups", span));
        }
        let fail = self.fail_label(captures, self.unit.depth);
        let copy = self.push_temp();
        self.emit(span, Op::Copy, [copy, value]);
        match self.const_of(e) {
            Some(constant) => {
                let index = self.unit.constant(constant);
                self.emit_jump(span, Op::JumpIfNotEqK, [copy, index], fail);
            }
            None => {
                let rhs = self.operand(e, true)?;
                self.emit_jump(span, Op::JumpIfNotEq, [copy, rhs], fail);
            }
        }
        self.unit.depth = copy;
        Ok(())
    }

    fn match_sequence(
        &mut self,
        s: &'a pattern::MatchSequence,
        value: Reg,
        captures: &mut Captures,
        span: Span,
    ) -> Result<()> {
        let size = s.patterns.len() as i64;
        let mut star = None;
        let mut only_wildcard = true;
        let mut star_wildcard = false;
        for (index, p) in s.patterns.iter().enumerate() {
            if matches!(p.kind, PatternKind::MatchStar(_)) {
                if star.is_some() {
                    return Err(Error::syntax("multiple starred names in sequence pattern", span));
                }
                star_wildcard = is_star_wildcard(p);
                only_wildcard &= star_wildcard;
                star = Some(index);
                continue;
            }
            only_wildcard &= is_wildcard(p);
        }
        let fail = self.fail_label(captures, self.unit.depth);
        let scratch = self.unit.depth;
        self.emit(span, Op::MatchSequence, [scratch, value]);
        self.emit_jump(span, Op::JumpIfFalse, [scratch], fail);
        if star.is_none() || size > 1 {
            self.emit(span, Op::GetLen, [scratch, value]);
            let (op, wanted) = match star {
                None => (Op::JumpIfNotEqK, size),
                Some(_) => (Op::JumpIfNotGeK, size - 1),
            };
            let wanted = self.unit.constant(Const::Int(wanted));
            self.emit_jump(span, op, [scratch, wanted], fail);
        }
        if only_wildcard {
            return Ok(());
        }
        if let Some(star) = star
            && star_wildcard
        {
            return self.match_items(s, star, value, captures, span);
        }
        let first = self.unit.depth;
        let copy = first;
        self.emit(span, Op::Copy, [copy, value]);
        match star {
            Some(before) => {
                let after = s.patterns.len() - before - 1;
                if before >= 1 << 8 || after >= i32::MAX as usize >> 8 {
                    return Err(Error::syntax("too many expressions in star-unpacking sequence pattern", span));
                }
                self.emit(span, Op::UnpackEx, [copy, first, before as i32, after as i32]);
            }
            None => self.emit(span, Op::UnpackSequence, [copy, first, size as i32]),
        }
        self.unit.depth = first + size as Reg;
        self.subpatterns(s.patterns.iter().collect(), first, captures, span)
    }

    /// Match the values in the temps from `first` up with patterns. Values that a name captures stay, the others are
    /// released at the end.
    fn subpatterns(
        &mut self,
        patterns: Vec<&'a Pattern>,
        first: Reg,
        captures: &mut Captures,
        span: Span,
    ) -> Result<()> {
        let allowed = std::mem::replace(&mut captures.allow_irrefutable, true);
        let captured_from = captures.names.len();
        let held = patterns.len() as Reg;
        for (value, p) in (first..).zip(patterns) {
            match captured_name(p) {
                Some(name) => captures.add(name, value, p.span)?,
                None => self.pattern(p, value, captures)?,
            }
        }
        captures.allow_irrefutable = allowed;
        self.settle(first, held, captured_from, captures, span);
        Ok(())
    }

    /// Release those of the `held` temps from `first` up that no name has captured, and close the gaps.
    fn settle(&mut self, first: Reg, held: Reg, captured_from: usize, captures: &mut Captures, span: Span) {
        let own = &mut captures.names[captured_from..];
        for reg in (first..first + held).rev() {
            if !own.iter().any(|(_, captured)| *captured == reg) {
                self.emit(span, Op::Pop, [reg]);
            }
        }
        // From the bottom up, so that every place is free when something moves to it.
        let mut by_register: Vec<&mut Reg> = own.iter_mut().map(|(_, reg)| reg).collect();
        by_register.sort();
        let mut place = first;
        for reg in by_register {
            if *reg != place {
                self.emit(span, Op::Move, [place, *reg]);
                *reg = place;
            }
            place += 1;
        }
        self.unit.depth = place;
    }

    /// A sequence with `*_`: only the items that matter are looked at, by index.
    fn match_items(
        &mut self,
        s: &'a pattern::MatchSequence,
        star: usize,
        value: Reg,
        captures: &mut Captures,
        span: Span,
    ) -> Result<()> {
        let allowed = std::mem::replace(&mut captures.allow_irrefutable, true);
        let size = s.patterns.len();
        for (index, p) in s.patterns.iter().enumerate() {
            if index == star || is_wildcard(p) {
                continue;
            }
            let captured_from = captures.names.len();
            let item = self.push_temp();
            self.emit(span, Op::Copy, [item, value]);
            if index < star {
                let k = self.unit.constant(Const::Int(index as i64));
                self.emit(span, Op::LoadSubscrK, [item, item, k]);
            } else {
                // From the end, with the length: negative indices are the sequence's own business.
                let length = item + 1;
                self.emit(span, Op::GetLen, [length, value]);
                let back = self.unit.constant(Const::Int((size - index) as i64));
                self.emit(span, Op::SubK, [length, length, back]);
                self.emit(span, Op::LoadSubscr, [item, item, length]);
            }
            match captured_name(p) {
                Some(name) => captures.add(name, item, p.span)?,
                None => self.pattern(p, item, captures)?,
            }
            self.settle(item, 1, captured_from, captures, span);
        }
        captures.allow_irrefutable = allowed;
        Ok(())
    }

    fn match_class(
        &mut self,
        c: &'a pattern::MatchClass,
        value: Reg,
        captures: &mut Captures,
        span: Span,
    ) -> Result<()> {
        for (index, attr) in c.kwd_attrs.iter().enumerate() {
            for (other, pattern) in c.kwd_attrs.iter().zip(&c.kwd_patterns).skip(index + 1) {
                if other == attr {
                    let message = format!("attribute name repeated in class pattern: {attr}");
                    return Err(Error::syntax(message, pattern.span));
                }
            }
        }
        let base = self.unit.depth;
        self.emit(span, Op::Copy, [base, value]);
        self.unit.depth = base + 1;
        self.push(&c.cls)?;
        let names = c.kwd_attrs.iter().map(|name| Const::str(name.as_str())).collect();
        self.push_const(span, Const::Tuple(names));
        self.unit.depth = base;
        self.emit(span, Op::MatchClass, [base, base, c.patterns.len() as i32]);
        let copy = base + 1;
        self.emit(span, Op::Copy, [copy, base]);
        self.unit.depth = base + 1;
        let fail_with_none = self.fail_label(captures, base + 1);
        self.emit_jump(span, Op::JumpIfNone, [copy], fail_with_none);
        let count = c.patterns.len() + c.kwd_patterns.len();
        self.emit(span, Op::UnpackSequence, [base, base, count as i32]);
        self.unit.depth = base + count as Reg;
        self.subpatterns(c.patterns.iter().chain(&c.kwd_patterns).collect(), base, captures, span)
    }

    fn match_mapping(
        &mut self,
        m: &'a pattern::MatchMapping,
        value: Reg,
        captures: &mut Captures,
        span: Span,
    ) -> Result<()> {
        let size = m.keys.len();
        if m.patterns.len() != size {
            return Err(Error::other(ErrorKind::Value, "MatchMapping doesn't have the same number of keys as patterns"));
        }
        let fail = self.fail_label(captures, self.unit.depth);
        let base = self.unit.depth;
        self.emit(span, Op::MatchMapping, [base, value]);
        self.emit_jump(span, Op::JumpIfFalse, [base], fail);
        if size == 0 && m.rest.is_none() {
            return Ok(());
        }
        if size > 0 {
            self.emit(span, Op::GetLen, [base, value]);
            let wanted = self.unit.constant(Const::Int(size as i64));
            self.emit_jump(span, Op::JumpIfNotGeK, [base, wanted], fail);
        }
        self.push_keys(m, span)?;
        // R[base] = keys, R[base+1] = values or None.
        let values = base + 1;
        self.emit(span, Op::MatchKeys, [values, value, base]);
        let copy = base + 2;
        self.emit(span, Op::Copy, [copy, values]);
        self.unit.depth = base + 2;
        let fail = self.fail_label(captures, base + 2);
        self.emit_jump(span, Op::JumpIfNone, [copy], fail);
        let captured_from = captures.names.len();
        let mut held = 1;
        self.emit(span, Op::UnpackSequence, [values, values, size as i32]);
        self.unit.depth = values + size as Reg;
        self.subpatterns(m.patterns.iter().collect(), values, captures, span)?;
        if let Some(rest) = &m.rest {
            // A copy of the mapping without the keys that matched.
            let dict = self.push_temp();
            self.emit(span, Op::BuildMap, [dict, dict, 0]);
            let mapping = self.unit.depth;
            self.emit(span, Op::Copy, [mapping, value]);
            self.emit(span, Op::DictUpdate, [dict, mapping]);
            let keys = dict + 1;
            self.emit(span, Op::UnpackSequence, [base, keys, size as i32]);
            for key in (keys..keys + size as Reg).rev() {
                let copy = keys + size as Reg;
                self.emit(span, Op::Copy, [copy, dict]);
                self.emit(span, Op::DeleteSubscr, [copy, key]);
            }
            held = 0;
            captures.add(rest, dict, span)?;
        }
        // The place of the keys is released, or free already.
        if held == 1 {
            self.emit(span, Op::Pop, [base]);
        }
        self.settle(base, 0, captured_from, captures, span);
        Ok(())
    }

    /// Push the tuple of keys.
    fn push_keys(&mut self, m: &'a pattern::MatchMapping, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let constants: Option<Box<[Const]>> = m.keys.iter().map(|k| self.const_of(k)).collect();
        let mut seen: Vec<Const> = Vec::new();
        for key in &m.keys {
            match self.const_of(key) {
                Some(constant) => {
                    if seen.iter().any(|other| same_key(other, &constant)) {
                        let shown = crate::unparse::constant(&constant);
                        return Err(Error::syntax(format!("mapping pattern checks duplicate key ({shown})"), span));
                    }
                    seen.push(constant);
                }
                None if matches!(key.kind, ExprKind::Attribute(_)) => {}
                None => {
                    let message = "mapping pattern keys may only match literals and attribute lookups";
                    return Err(Error::syntax(message, span));
                }
            }
            if constants.is_none() {
                self.push(key)?;
            }
        }
        match constants {
            Some(items) => self.load_const(span, Const::Tuple(items), base),
            None => self.emit(span, Op::BuildTuple, [base, base, m.keys.len() as i32]),
        }
        self.unit.depth = base + 1;
        Ok(())
    }

    /// Each alternative binds the same names, in temps in the order of the first.
    fn match_or(
        &mut self,
        o: &'a pattern::MatchOr,
        value: Reg,
        captures: &mut Captures,
        span: Span,
    ) -> Result<()> {
        let base = self.unit.depth;
        let end = self.label();
        let mut order: Option<Vec<Identifier>> = None;
        let count = o.patterns.len();
        for (index, p) in o.patterns.iter().enumerate() {
            let last = index + 1 == count;
            let mut own = Captures {
                base,
                allow_irrefutable: last && captures.allow_irrefutable,
                ..Captures::default()
            };
            self.unit.depth = base;
            self.pattern(p, value, &mut own)?;
            own.names.sort_by_key(|(_, reg)| *reg);
            let names: Vec<Identifier> = own.names.iter().map(|(name, _)| name.clone()).collect();
            match &order {
                None => order = Some(names),
                Some(order) => self.reorder(order, &own, base, span)?,
            }
            self.jump(span, end);
            self.unit.depth = base;
            self.place_failures(&mut own, p.span);
        }
        // No alternative matched.
        let fail = self.fail_label(captures, base);
        self.jump(span, fail);
        self.place(end);
        for (reg, name) in (base..).zip(order.unwrap_or_default()) {
            captures.add(&name, reg, span)?;
            self.unit.depth = reg + 1;
        }
        Ok(())
    }

    /// Bring the captures of an alternative into the order of the first one. They are in the temps from `base` up.
    fn reorder(&mut self, order: &[Identifier], own: &Captures, base: Reg, span: Span) -> Result<()> {
        let same = order.len() == own.names.len() && order.iter().all(|n| own.names.iter().any(|(o, _)| o == n));
        if !same {
            return Err(Error::syntax("alternative patterns bind different names", span));
        }
        if own.names.iter().map(|(name, _)| name).eq(order) {
            return Ok(());
        }
        let scratch = base + order.len() as Reg;
        for (offset, name) in (0..).zip(order) {
            if let Some((_, reg)) = own.names.iter().find(|(other, _)| other == name) {
                self.emit(span, Op::Move, [scratch + offset, *reg]);
            }
        }
        for offset in 0..order.len() as Reg {
            self.emit(span, Op::Move, [base + offset, scratch + offset]);
        }
        Ok(())
    }
}

/// Would a dict take them for the same key?
fn same_key(a: &Const, b: &Const) -> bool {
    let number = |c: &Const| match c {
        Const::Bool(b) => Some((f64::from(u8::from(*b)), 0.0)),
        Const::Int(n) if n.unsigned_abs() <= 1 << 53 => Some((*n as f64, 0.0)),
        Const::Float(x) => Some((*x, 0.0)),
        Const::Complex(x, y) => Some((*x, *y)),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
