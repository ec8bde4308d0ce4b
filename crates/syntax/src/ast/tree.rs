//! Generic conversion of trees, driven by the table: [`Build`] turns a tree into anything else (Python
//! objects, text) from the leaves up; [`Source`] is whatever a tree can be read from.

use super::{ConstantValue, FieldInfo, Identifier, Int, NodeInfo, PyString, Span, TypeInfo};

/// A receiver of a tree: each method makes the counterpart of one kind of thing.
pub trait Build {
    /// The counterpart of a node, a leaf or a list.
    type Value;
    /// What may go wrong.
    type Error;

    /// Called before the fields of a node are built; the place for a recursion check.
    fn enter(&mut self, info: &'static NodeInfo) -> Result<(), Self::Error>;
    /// A node whose fields are done; `fields` are in the order of `info.fields`.
    fn node(
        &mut self,
        info: &'static NodeInfo,
        fields: Vec<Self::Value>,
        span: Option<Span>,
    ) -> Result<Self::Value, Self::Error>;
    /// A tag such as `Load` or `Add`.
    fn tag(&mut self, info: &'static NodeInfo) -> Result<Self::Value, Self::Error>;
    /// A list.
    fn list(&mut self, items: Vec<Self::Value>) -> Result<Self::Value, Self::Error>;
    /// An absent optional.
    fn none(&mut self) -> Result<Self::Value, Self::Error>;
    /// An identifier.
    fn identifier(&mut self, value: &Identifier) -> Result<Self::Value, Self::Error>;
    /// A string field.
    fn string(&mut self, value: &PyString) -> Result<Self::Value, Self::Error>;
    /// An int field.
    fn int(&mut self, value: i32) -> Result<Self::Value, Self::Error>;
    /// A constant.
    fn constant(&mut self, value: &ConstantValue) -> Result<Self::Value, Self::Error>;
}

/// Something a tree can be read from, such as Python objects of the `_ast` classes.
///
/// The reader asks top down; `Value` is cheap to clone (a reference).
pub trait Source {
    /// A node, leaf or list of the source.
    type Value: Clone;
    /// What may go wrong.
    type Error;

    /// Which constructor of `sum` the value is: an index into `sum.nodes`.
    fn variant(&mut self, value: &Self::Value, sum: &'static TypeInfo) -> Result<usize, Self::Error>;
    /// The field of a node, `None` when it is absent or `None`.
    /// A missing required field is the source's to report, with the name of `owner`.
    fn field(
        &mut self,
        value: &Self::Value,
        owner: &'static NodeInfo,
        field: &'static FieldInfo,
    ) -> Result<Option<Self::Value>, Self::Error>;
    /// The items of a list field; an item may be `None` where the field allows it.
    fn items(
        &mut self,
        value: &Self::Value,
        owner: &'static NodeInfo,
        field: &'static FieldInfo,
    ) -> Result<Vec<Option<Self::Value>>, Self::Error>;
    /// The error for a required field that is absent or `None`.
    fn missing(&mut self, owner: &'static NodeInfo, field: &'static FieldInfo) -> Self::Error;
    /// The four position attributes; `owner` is the ASDL type, which an error names.
    fn span(&mut self, value: &Self::Value, owner: &'static str) -> Result<Span, Self::Error>;
    /// An identifier.
    fn identifier(&mut self, value: &Self::Value) -> Result<Identifier, Self::Error>;
    /// A string field.
    fn string(&mut self, value: &Self::Value) -> Result<PyString, Self::Error>;
    /// An int field.
    fn int(&mut self, value: &Self::Value) -> Result<i32, Self::Error>;
    /// A constant.
    fn constant(&mut self, value: &Self::Value) -> Result<ConstantValue, Self::Error>;
    /// Called around the reading of each node; the place for a recursion check.
    fn enter(&mut self, info: &'static NodeInfo) -> Result<(), Self::Error>;
    /// The counterpart of [`Source::enter`].
    fn leave(&mut self);
}

/// Tree types and leaves that can be built and read generically.
pub trait Tree: Sized {
    /// Hand `self` to `build`.
    fn build<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error>;
    /// Read one value.
    fn read<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error>;
}

/// Fields: a [`Tree`] with a multiplicity.
pub trait TreeField: Sized {
    /// Hand the field to `build`.
    fn build_field<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error>;
    /// Read the field `field` of `value`.
    fn read_field<S: Source>(
        source: &mut S,
        value: &S::Value,
        owner: &'static NodeInfo,
        field: &'static FieldInfo,
    ) -> Result<Self, S::Error>;
}

macro_rules! single_field {
    ($($t:ty),* $(,)?) => {$(
        impl TreeField for $t {
            fn build_field<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
                self.build(build)
            }

            fn read_field<S: Source>(
                source: &mut S,
                value: &S::Value,
                owner: &'static NodeInfo,
                field: &'static FieldInfo,
            ) -> Result<Self, S::Error> {
                match source.field(value, owner, field)? {
                    Some(item) => <$t>::read(source, &item),
                    None => Err(source.missing(owner, field)),
                }
            }
        }
    )*};
}

single_field!(
    Identifier,
    PyString,
    i32,
    super::Stmt,
    super::Expr,
    super::ExprContext,
    super::Boolop,
    super::Operator,
    super::Unaryop,
    super::Cmpop,
    super::Arguments,
    super::Pattern,
);

// `None` is a constant, not an absence, so a source hands it out as a value of this field.
impl TreeField for ConstantValue {
    fn build_field<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
        build.constant(self)
    }

    fn read_field<S: Source>(
        source: &mut S,
        value: &S::Value,
        owner: &'static NodeInfo,
        field: &'static FieldInfo,
    ) -> Result<Self, S::Error> {
        match source.field(value, owner, field)? {
            Some(item) => source.constant(&item),
            None => Ok(ConstantValue::None),
        }
    }
}

impl<T: Tree> TreeField for Option<T> {
    fn build_field<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
        match self {
            Some(item) => item.build(build),
            None => build.none(),
        }
    }

    fn read_field<S: Source>(
        source: &mut S,
        value: &S::Value,
        owner: &'static NodeInfo,
        field: &'static FieldInfo,
    ) -> Result<Self, S::Error> {
        match source.field(value, owner, field)? {
            Some(item) => T::read(source, &item).map(Some),
            None => Ok(None),
        }
    }
}

impl<T: Tree> TreeField for Vec<T> {
    fn build_field<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
        let items = self.iter().map(|item| item.build(build)).collect::<Result<Vec<_>, _>>()?;
        build.list(items)
    }

    fn read_field<S: Source>(
        source: &mut S,
        value: &S::Value,
        owner: &'static NodeInfo,
        field: &'static FieldInfo,
    ) -> Result<Self, S::Error> {
        let Some(list) = source.field(value, owner, field)? else { return Ok(Vec::new()) };
        let items = source.items(&list, owner, field)?;
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Some(item) => out.push(T::read(source, &item)?),
                None => return Err(source.missing(owner, field)),
            }
        }
        Ok(out)
    }
}

impl<T: Tree> TreeField for Vec<Option<T>> {
    fn build_field<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
        let items = self
            .iter()
            .map(|item| match item {
                Some(item) => item.build(build),
                None => build.none(),
            })
            .collect::<Result<Vec<_>, _>>()?;
        build.list(items)
    }

    fn read_field<S: Source>(
        source: &mut S,
        value: &S::Value,
        owner: &'static NodeInfo,
        field: &'static FieldInfo,
    ) -> Result<Self, S::Error> {
        let Some(list) = source.field(value, owner, field)? else { return Ok(Vec::new()) };
        let items = source.items(&list, owner, field)?;
        items.into_iter().map(|item| item.map(|item| T::read(source, &item)).transpose()).collect()
    }
}

impl Tree for Identifier {
    fn build<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
        build.identifier(self)
    }

    fn read<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error> {
        source.identifier(value)
    }
}

impl Tree for PyString {
    fn build<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
        build.string(self)
    }

    fn read<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error> {
        source.string(value)
    }
}

impl Tree for i32 {
    fn build<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
        build.int(*self)
    }

    fn read<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error> {
        source.int(value)
    }
}

impl From<i64> for Int {
    fn from(value: i64) -> Self {
        Int::Small(value)
    }
}
