//! The node classes of one interpreter: made by calling `type`, as programs would, from the table of the syntax crate.

use super::node::PyAst;
use std::cell::OnceCell;
use std::collections::HashMap;
use taipan_builtins::types::generic;
use taipan_object::prelude::*;
use taipan_object::typeobj::{flags, object_type, ready_static};
use taipan_object::{attr, call};
use taipan_syntax::ast::{FieldInfo, NodeInfo, Quantifier, TYPES, TypeInfo};

/// Attributes of located nodes.
pub const ATTRIBUTES: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

/// A class of nodes.
pub struct Class {
    ty: Own<Object>,
    /// The names of its fields, interned.
    pub fields: Vec<Own<PyStr>>,
    /// The one instance of a tag such as `Load`.
    pub tag: Option<Own<Object>>,
}

impl Class {
    /// The class.
    pub fn ty(&self) -> &Object {
        &self.ty
    }
}

/// All classes of an interpreter.
pub struct Classes {
    nodes: HashMap<&'static str, Class>,
    /// Base classes of sums, and the classes of products.
    sums: HashMap<&'static str, Own<Object>>,
    /// Names of the position attributes.
    pub positions: [Own<PyStr>; 4],
}

#[derive(Default)]
struct State(OnceCell<Classes>);

/// The classes of this interpreter.
pub fn get(cx: &mut Cx) -> PyResult<&'static Classes> {
    let state = cx.state::<State>();
    if let Some(c) = state.0.get() {
        return Ok(c);
    }
    let made = Classes::new(cx)?;
    Ok(state.0.get_or_init(|| made))
}

impl Classes {
    /// A node class (not the base of a sum).
    pub fn by_name(&self, name: &str) -> Option<&Class> {
        self.nodes.get(name)
    }

    /// The class of an ASDL type: the base class of a sum, or the class of a product.
    pub fn of_type(&self, name: &str) -> Option<&Object> {
        self.sums.get(name).map(|o| &**o)
    }

    /// The class of a node of the table.
    pub fn of(&self, info: &'static NodeInfo, cx: &mut Cx) -> PyResult<&Class> {
        match self.nodes.get(info.name) {
            Some(c) => Ok(c),
            None => Err(cx.system_error(format_args!("no AST class {}", info.name))),
        }
    }

    /// Every class with its name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Object)> {
        let nodes = self.nodes.iter().map(|(n, c)| (*n, c.ty()));
        nodes.chain(self.sums.iter().map(|(n, c)| (*n, &**c)))
    }

    fn new(cx: &mut Cx) -> PyResult<Classes> {
        ready_static(PyAst::SPEC, cx)?;
        let ast = PyAst::ty();
        // Programs may set attributes of AST, as they may where it is a heap type.
        ast.tp_flags.set(ast.tp_flags.get() & !flags::IMMUTABLETYPE);
        let mut sums = HashMap::new();
        let mut nodes = HashMap::new();
        for t in TYPES {
            let fields = if t.is_sum { &[][..] } else { t.nodes.first().map_or(&[][..], |n| n.fields) };
            let ty = make_class(t.name, ast.as_object(), fields, &type_doc(t), cx)?;
            let located = t.nodes.first().is_some_and(|n| n.located);
            if !t.is_sum {
                set_attributes(&ty, located, cx)?;
                optional_fields(&ty, fields, cx)?;
                optional_positions(&ty, located, cx)?;
                nodes.insert(t.name, Class { ty: ty.clone(), fields: names(fields, cx)?, tag: None });
            } else {
                set_attributes(&ty, located, cx)?;
                optional_positions(&ty, located, cx)?;
                for n in t.nodes {
                    let class = make_class(n.name, &ty, n.fields, &node_doc(n), cx)?;
                    optional_fields(&class, n.fields, cx)?;
                    let is_tag = !t.nodes.iter().any(|n| n.located || !n.fields.is_empty());
                    let tag = if is_tag { Some(PyAst::alloc(&class, cx)?) } else { None };
                    nodes.insert(n.name, Class { ty: class, fields: names(n.fields, cx)?, tag });
                }
            }
            sums.insert(t.name, ty);
        }
        let [a, b, c, d] = ATTRIBUTES.map(|n| PyStr::new_interned(n, cx));
        let classes = Classes { nodes, sums, positions: [a?, b?, c?, d?] };
        for n in TYPES.iter().flat_map(|t| t.nodes.iter()) {
            classes.annotate(n, cx)?;
        }
        Ok(classes)
    }

    /// `_field_types` and `__annotations__`.
    fn annotate(&self, n: &'static NodeInfo, cx: &mut Cx) -> PyResult<()> {
        let types = PyDict::new(cx)?;
        for f in n.fields {
            let one = self.field_type(f, cx)?;
            let shown = match f.quantifier {
                Quantifier::One => one,
                Quantifier::Optional => generic::union_or(&one, none(), cx)?,
                Quantifier::Sequence | Quantifier::OptionalSequence => generic::new_alias(PyList::ty().as_object(), &one, cx)?,
            };
            let name = PyStr::new_interned(f.name, cx)?;
            types.set_str(&name, shown, cx)?;
        }
        let class = self.of(n, cx)?;
        attr::set(class.ty(), name!(cx, "_field_types"), Some(&types), cx)?;
        attr::set(class.ty(), name!(cx, "__annotations__"), Some(&types), cx)
    }

    fn field_type(&self, f: &FieldInfo, cx: &mut Cx) -> PyResult {
        let builtin = match f.asdl_type {
            "identifier" | "string" => PyStr::ty(),
            "int" => PyInt::ty(),
            "constant" => object_type(),
            t => match self.of_type(t) {
                Some(c) => return Ok(c.own()),
                None => return Err(cx.system_error(format_args!("no AST type {t}"))),
            },
        };
        Ok(builtin.as_object().own())
    }
}

fn names(fields: &[FieldInfo], cx: &mut Cx) -> PyResult<Vec<Own<PyStr>>> {
    fields.iter().map(|f| PyStr::new_interned(f.name, cx)).collect()
}

fn tuple_of(names: &[&str], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let items = names.iter().map(|n| PyStr::new_interned(n, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    PyTuple::from_vec(items, cx)
}

fn make_class(name: &str, base: &Object, fields: &[FieldInfo], doc: &str, cx: &mut Cx) -> PyResult {
    let field_names = fields.iter().map(|f| f.name).collect::<Vec<_>>();
    let field_names = tuple_of(&field_names, cx)?;
    let ns = PyDict::new(cx)?;
    ns.set_str(name!(cx, "_fields"), field_names.clone().into_object(), cx)?;
    ns.set_str(name!(cx, "__match_args__"), field_names.into_object(), cx)?;
    let module = PyStr::new_interned("ast", cx)?;
    ns.set_str(name!(cx, "__module__"), module.into_object(), cx)?;
    let doc = PyStr::new(doc, cx)?;
    ns.set_str(name!(cx, "__doc__"), doc.into_object(), cx)?;
    let name = PyStr::new_interned(name, cx)?;
    let bases = PyTuple::from_slice(&[base], cx)?;
    call::call(PyType::ty().as_object(), &[&name, &bases, &ns], cx)
}

fn set_attributes(ty: &Object, located: bool, cx: &mut Cx) -> PyResult<()> {
    let names = tuple_of(if located { &ATTRIBUTES } else { &[] }, cx)?;
    attr::set(ty, name!(cx, "_attributes"), Some(&names), cx)
}

fn optional_positions(ty: &Object, located: bool, cx: &mut Cx) -> PyResult<()> {
    if located {
        attr::set(ty, name!(cx, "end_lineno"), Some(none()), cx)?;
        attr::set(ty, name!(cx, "end_col_offset"), Some(none()), cx)?;
    }
    Ok(())
}

fn optional_fields(ty: &Object, fields: &[FieldInfo], cx: &mut Cx) -> PyResult<()> {
    for f in fields.iter().filter(|f| f.quantifier == Quantifier::Optional) {
        let name = PyStr::new_interned(f.name, cx)?;
        attr::set(ty, &name, Some(none()), cx)?;
    }
    Ok(())
}

/// `Name(identifier id, expr_context ctx)`, as in the ASDL.
fn node_doc(n: &NodeInfo) -> String {
    if n.fields.is_empty() {
        return n.name.to_owned();
    }
    let field = |f: &FieldInfo| {
        let mark = match f.quantifier {
            Quantifier::One => "",
            Quantifier::Optional => "?",
            Quantifier::Sequence => "*",
            Quantifier::OptionalSequence => "?*",
        };
        format!("{}{mark} {}", f.asdl_type, f.name)
    };
    format!("{}({})", n.name, n.fields.iter().map(field).collect::<Vec<_>>().join(", "))
}

fn type_doc(t: &TypeInfo) -> String {
    let nodes = t.nodes.iter().map(|n| node_doc(n)).collect::<Vec<_>>();
    if !t.is_sum {
        return nodes.concat();
    }
    let plain = t.nodes.iter().all(|n| n.fields.is_empty());
    let sep = if plain { " | ".to_owned() } else { format!("\n{:width$} | ", "", width = t.name.len()) };
    format!("{} = {}", t.name, nodes.join(&sep))
}
