//! A tree from objects. Everything a program may have put there is answered with CPython's exception.

use super::classes::{ATTRIBUTES, Classes};
use taipan_object::abstract_;
use taipan_object::abstract_::iter;
use taipan_object::attr;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::types::set::{self, PyFrozenSet};
use taipan_object::types::{boolean, int, singletons};
use taipan_syntax::ast::{BigLiteral, ConstantValue, FieldInfo, Identifier, Int, NodeInfo, PyString, Quantifier, Source, Span, TypeInfo};

pub struct Reader<'a> {
    pub classes: &'static Classes,
    pub cx: &'a mut Cx,
}

/// Whether `None` stands for an absent node of this type (in CPython: the sums with fields, and names and strings).
fn nullable(asdl_type: &str) -> bool {
    matches!(asdl_type, "mod" | "stmt" | "expr" | "excepthandler" | "pattern" | "type_ignore" | "type_param" | "identifier" | "string")
}

fn wtf8(s: &PyStr) -> PyString {
    let mut out = PyString::new();
    match s.as_ascii() {
        Some(t) => out.push_str(t),
        None => s.code_points().for_each(|c| out.push(c)),
    }
    out
}

fn big(i: &PyInt, cx: &mut Cx) -> PyResult<Int> {
    if let Some(n) = i.to_i64() {
        return Ok(Int::Small(n));
    }
    let mut digits = Vec::new();
    int::text::digits(i, 16, false, &mut digits, cx)?;
    let digits = String::from_utf8_lossy(&digits);
    let digits = digits.trim_start_matches('-').into();
    Ok(Int::Big(Box::new(BigLiteral { negative: i.is_negative(), radix: 16, digits })))
}

/// A constant, or `TypeError` for a type that is none.
fn constant(o: &Object, cx: &mut Cx) -> PyResult<ConstantValue> {
    if o.is_none() {
        return Ok(ConstantValue::None);
    }
    if o.is(boolean::true_()) || o.is(boolean::false_()) {
        return Ok(ConstantValue::Bool(o.is(boolean::true_())));
    }
    if o.is(singletons::ellipsis()) {
        return Ok(ConstantValue::Ellipsis);
    }
    if let Some(i) = o.exact::<PyInt>() {
        return Ok(ConstantValue::Int(big(i, cx)?));
    }
    if let Some(f) = o.exact::<PyFloat>() {
        return Ok(ConstantValue::Float(f.value()));
    }
    if let Some(c) = o.exact::<PyComplex>() {
        let (real, imag) = c.value();
        return Ok(ConstantValue::Complex { real, imag });
    }
    if let Some(s) = o.exact::<PyStr>() {
        return Ok(ConstantValue::Str(wtf8(s)));
    }
    if let Some(b) = o.exact::<PyBytes>() {
        return Ok(ConstantValue::Bytes(b.as_bytes().into()));
    }
    let _deep = cx.enter_call(" during compilation")?;
    if o.is_exact::<PyTuple>() {
        return Ok(ConstantValue::Tuple(constants(o, cx)?));
    }
    if o.is_exact::<PyFrozenSet>() && set::is_any_set(o) {
        return Ok(ConstantValue::FrozenSet(constants(o, cx)?));
    }
    Err(cx.type_error(format_args!("got an invalid type in Constant: {}", o.ty().name())))
}

fn constants(o: &Object, cx: &mut Cx) -> PyResult<Vec<ConstantValue>> {
    let items = iter::collect(o, cx)?;
    items.iter().map(|i| constant(i, cx)).collect()
}

impl Reader<'_> {
    fn int_of(&mut self, o: &Object) -> PyResult<i32> {
        let Some(i) = o.downcast::<PyInt>() else {
            let shown = abstract_::repr(o, self.cx)?;
            return Err(self.cx.value_error(format_args!("invalid integer value: {shown}")));
        };
        match i.to_i64().map(i32::try_from) {
            Some(Ok(n)) => Ok(n),
            Some(Err(_)) => Err(self.cx.overflow_error(format_args!("Python int too large to convert to C int"))),
            None => Err(self.cx.overflow_error(format_args!("Python int too large to convert to C long"))),
        }
    }

    fn required(&mut self, what: &str, owner: &str) -> Raised {
        self.cx.type_error(format_args!("required field \"{what}\" missing from {owner}"))
    }
}

impl Source for Reader<'_> {
    type Value = Own<Object>;
    type Error = Raised;

    fn variant(&mut self, value: &Own<Object>, sum: &'static TypeInfo) -> PyResult<usize> {
        if !sum.is_sum {
            // CPython looks at the attributes only.
            return Ok(0);
        }
        for (i, n) in sum.nodes.iter().enumerate() {
            let class = self.classes.of(n, self.cx)?;
            if value.ty().as_object().is(class.ty()) || abstract_::is_instance(value, class.ty(), self.cx)? {
                return Ok(i);
            }
        }
        let shown = abstract_::repr(value, self.cx)?;
        Err(self.cx.type_error(format_args!("expected some sort of {}, but got {shown}", sum.name)))
    }

    fn field(&mut self, value: &Own<Object>, owner: &'static NodeInfo, field: &'static FieldInfo) -> PyResult<Option<Own<Object>>> {
        let name = PyStr::new_interned(field.name, self.cx)?;
        let got = attr::get_opt(value, &name, self.cx)?;
        match (got, field.quantifier) {
            (None, Quantifier::One) => Err(self.required(field.name, owner.name)),
            (None, _) => Ok(None),
            (Some(v), Quantifier::Optional) if v.is_none() => Ok(None),
            (Some(v), Quantifier::One) if v.is_none() && nullable(field.asdl_type) => Ok(None),
            (Some(v), _) => Ok(Some(v)),
        }
    }

    fn items(&mut self, value: &Own<Object>, owner: &'static NodeInfo, field: &'static FieldInfo) -> PyResult<Vec<Option<Own<Object>>>> {
        let Some(list) = value.downcast::<PyList>() else {
            let got = value.ty().name();
            return Err(self.cx.type_error(format_args!("{} field \"{}\" must be a list, not a {got}", owner.name, field.name)));
        };
        let items = list.items(self.cx).iter().map(|o| o.own()).collect::<Vec<_>>();
        Ok(items.into_iter().map(|o| if o.is_none() && nullable(field.asdl_type) { None } else { Some(o) }).collect())
    }

    fn missing(&mut self, owner: &'static NodeInfo, field: &'static FieldInfo) -> Raised {
        match field.quantifier {
            Quantifier::Sequence | Quantifier::OptionalSequence => {
                let what = match field.asdl_type {
                    "stmt" => "statement",
                    "expr" => "expression",
                    other => other,
                };
                self.cx.value_error(format_args!("None disallowed in {what} list"))
            }
            _ => self.cx.value_error(format_args!("field '{}' is required for {}", field.name, owner.name)),
        }
    }

    fn span(&mut self, value: &Own<Object>, owner: &'static str) -> PyResult<Span> {
        let mut numbers = [0; 4];
        for (i, name) in self.classes.positions.iter().enumerate() {
            let got = attr::get_opt(value, name, self.cx)?;
            numbers[i] = match got {
                Some(v) if i < 2 || !v.is_none() => self.int_of(&v)?,
                _ if i >= 2 => numbers[i - 2],
                _ => return Err(self.required(ATTRIBUTES[i], owner)),
            };
        }
        Ok(Span::new(numbers[0], numbers[1], numbers[2], numbers[3]))
    }

    fn identifier(&mut self, value: &Own<Object>) -> PyResult<Identifier> {
        let Some(s) = value.exact::<PyStr>() else {
            return Err(self.cx.type_error(format_args!("AST identifier must be of type str")));
        };
        match s.to_str_checked() {
            Some(t) => Ok(Identifier::new(&t)),
            None => {
                // Encoding raises the UnicodeEncodeError with its position.
                taipan_object::call::call_method(s, name!(self.cx, "encode"), &[], self.cx)?;
                Err(self.cx.value_error(format_args!("identifier cannot be encoded")))
            }
        }
    }

    fn string(&mut self, value: &Own<Object>) -> PyResult<PyString> {
        match value.exact::<PyStr>() {
            Some(s) => Ok(wtf8(s)),
            None => Err(self.cx.type_error(format_args!("AST string must be of type str"))),
        }
    }

    fn int(&mut self, value: &Own<Object>) -> PyResult<i32> {
        self.int_of(value)
    }

    fn constant(&mut self, value: &Own<Object>) -> PyResult<ConstantValue> {
        constant(value, self.cx)
    }

    fn enter(&mut self, info: &'static NodeInfo) -> PyResult<()> {
        self.cx.enter_call(&format!(" while traversing '{}' node", info.name)).map(drop)
    }

    fn leave(&mut self) {}
}
