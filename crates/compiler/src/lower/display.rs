//! Tuples, lists, sets and dicts.

use taipan_bytecode::{Const, Intrinsic1, Op};
use taipan_syntax::ast::{Expr, ExprContext, ExprKind, Span, expr};

use super::Lower;
use crate::code::Reg;
use crate::error::Result;

/// Longer displays are filled item by item, as in CPython, so that a frame stays small.
const WINDOW_MAX: usize = 30;
/// Constant displays from this length on are copied from a constant.
const CONSTANT_MIN: usize = 3;

pub(crate) fn is_starred(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Starred(_))
}

impl<'a> Lower<'a> {
    /// Constants of all items.
    fn const_items(&self, elts: &'a [Expr]) -> Option<Box<[Const]>> {
        // Most displays show at the first item whether they are constant.
        elts.iter().map(|e| self.const_of(e)).collect()
    }

    /// A constant display where only its items matter (after `in`, in `for`).
    pub fn const_display(&self, e: &'a Expr) -> Option<Const> {
        match &e.kind {
            ExprKind::List(l) if l.ctx == ExprContext::Load => Some(Const::Tuple(self.const_items(&l.elts)?)),
            ExprKind::Set(s) => Some(Const::FrozenSet(self.const_items(&s.elts)?)),
            _ => None,
        }
    }

    pub fn tuple(&mut self, elts: &'a [Expr], dst: Reg, span: Span) -> Result<()> {
        if elts.iter().any(is_starred) || elts.len() > WINDOW_MAX {
            let base = self.unit.depth;
            let list = self.list_of(elts, span)?;
            self.unit.depth = base;
            self.emit(span, Op::CallIntrinsic1, [dst, list, Intrinsic1::ListToTuple as i32]);
            return Ok(());
        }
        self.window(Op::BuildTuple, elts, dst, span)
    }

    fn window(&mut self, op: Op, elts: &'a [Expr], dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        for e in elts {
            self.push(e)?;
        }
        self.unit.depth = base;
        self.emit(span, op, [dst, base, elts.len() as i32]);
        Ok(())
    }

    /// A list of the items, in a new temp.
    pub fn list_of(&mut self, elts: &'a [Expr], span: Span) -> Result<Reg> {
        let list = self.unit.depth;
        self.list(elts, list, span)?;
        self.unit.depth = list + 1;
        Ok(list)
    }

    pub fn list(&mut self, elts: &'a [Expr], dst: Reg, span: Span) -> Result<()> {
        if elts.len() >= CONSTANT_MIN
            && let Some(items) = self.const_items(elts)
        {
            return self.from_constant(Op::BuildList, Op::ListExtend, Const::Tuple(items), dst, span);
        }
        self.sequence(elts, dst, span, Op::BuildList, Op::ListAppend, Op::ListExtend)
    }

    pub fn set(&mut self, elts: &'a [Expr], dst: Reg, span: Span) -> Result<()> {
        if elts.len() >= CONSTANT_MIN
            && let Some(items) = self.const_items(elts)
        {
            return self.from_constant(Op::BuildSet, Op::SetUpdate, Const::FrozenSet(items), dst, span);
        }
        self.sequence(elts, dst, span, Op::BuildSet, Op::SetAdd, Op::SetUpdate)
    }

    fn from_constant(&mut self, build: Op, extend: Op, items: Const, dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let place = if dst >= base { dst } else { base };
        self.emit(span, build, [place, place, 0]);
        self.unit.depth = place + 1;
        let items = self.push_const(span, items);
        self.emit(span, extend, [place, items]);
        self.finish_place(place, dst, base, span);
        Ok(())
    }

    fn finish_place(&mut self, place: Reg, dst: Reg, base: Reg, span: Span) {
        self.unit.depth = base;
        if place != dst {
            self.emit(span, Op::Move, [dst, place]);
        }
    }

    fn sequence(
        &mut self,
        elts: &'a [Expr],
        dst: Reg,
        span: Span,
        build: Op,
        append: Op,
        extend: Op,
    ) -> Result<()> {
        if elts.len() <= WINDOW_MAX && !elts.iter().any(is_starred) {
            return self.window(build, elts, dst, span);
        }
        let base = self.unit.depth;
        let place = if dst >= base { dst } else { base };
        // What stands before the first star is built at once, unless it is long.
        let head = elts.iter().take_while(|e| !is_starred(e)).count();
        let head = if head > WINDOW_MAX { 0 } else { head };
        self.unit.depth = place;
        self.window(build, &elts[..head], place, span)?;
        self.unit.depth = place + 1;
        for e in &elts[head..] {
            let (op, e) = match &e.kind {
                ExprKind::Starred(s) => (extend, &s.value),
                _ => (append, e),
            };
            let item = self.operand(e, true)?;
            self.unit.depth = place + 1;
            self.emit(span, op, [place, item]);
        }
        self.finish_place(place, dst, base, span);
        Ok(())
    }

    pub fn dict(&mut self, d: &'a expr::Dict, dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let place = if dst >= base { dst } else { base };
        let head = d.keys.iter().take_while(|k| k.is_some()).count();
        let head = if head > WINDOW_MAX / 2 { 0 } else { head };
        self.unit.depth = place;
        for (key, value) in d.keys.iter().zip(&d.values).take(head) {
            if let Some(key) = key {
                self.push(key)?;
            }
            self.push(value)?;
        }
        let whole = head == d.values.len();
        self.unit.depth = base;
        self.emit(span, Op::BuildMap, [if whole { dst } else { place }, place, head as i32]);
        if whole {
            return Ok(());
        }
        self.unit.depth = place + 1;
        for (key, value) in d.keys.iter().zip(&d.values).skip(head) {
            match key {
                Some(key) => {
                    let key = self.operand(key, false)?;
                    let value = self.operand(value, true)?;
                    self.emit(span, Op::MapAdd, [place, key, value]);
                }
                None => {
                    let mapping = self.operand(value, true)?;
                    self.emit(span, Op::DictUpdate, [place, mapping]);
                }
            }
            self.unit.depth = place + 1;
        }
        self.finish_place(place, dst, base, span);
        Ok(())
    }
}
