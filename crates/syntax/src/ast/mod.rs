//! The abstract syntax tree: Python.asdl of 3.14.
//!
//! Names are the ASDL's. A sum type is its name with a capital (`Stmt`, `Expr`, `Excepthandler`); its
//! constructors are structs in a module of the sum's ASDL name (`stmt::FunctionDef`, `expr::BinOp`), boxed in
//! the sum's `…Kind` enum. So an `Expr` is 32 bytes, and `match &e.kind { ExprKind::BinOp(b) => &b.left, … }`.
//!
//! Depth: the parser builds no tree deeper than its nesting limit, so dropping and walking by recursion is safe.

pub mod info;
mod table;
mod tree;
mod value;

pub use info::{FieldInfo, NodeInfo, Quantifier, TypeInfo};
pub use tree::{Build, Source, Tree, TreeField};
pub use value::{BigLiteral, ConstantValue, Identifier, Int, PyString, Span};

/// A reference to any node that is no leaf, for generic walks.
#[derive(Clone, Copy, Debug)]
pub enum NodeRef<'a> {
    /// A module or other root.
    Mod(&'a Mod),
    /// A statement.
    Stmt(&'a Stmt),
    /// An expression.
    Expr(&'a Expr),
    /// One `for … in … if …` of a comprehension.
    Comprehension(&'a Comprehension),
    /// An `except` clause.
    Excepthandler(&'a Excepthandler),
    /// A parameter list.
    Arguments(&'a Arguments),
    /// A parameter.
    Arg(&'a Arg),
    /// A keyword argument.
    Keyword(&'a Keyword),
    /// An imported name.
    Alias(&'a Alias),
    /// An item of `with`.
    Withitem(&'a Withitem),
    /// A `case`.
    MatchCase(&'a MatchCase),
    /// A pattern.
    Pattern(&'a Pattern),
    /// A `# type: ignore`.
    TypeIgnoreSum(&'a TypeIgnoreSum),
    /// A type parameter.
    TypeParam(&'a TypeParam),
}

/// Children in field order; leaves and tags have none.
pub trait Walk {
    /// Call `f` for each child node (not deeper).
    fn walk<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>));
}

macro_rules! leaf_walk {
    ($($t:ty),*) => {$(
        impl Walk for $t {
            fn walk<'a>(&'a self, _: &mut dyn FnMut(NodeRef<'a>)) {}
        }
        impl WalkField for $t {
            fn walk_field<'a>(&'a self, _: &mut dyn FnMut(NodeRef<'a>)) {}
        }
    )*};
}

/// A field seen by a walk of its owner.
trait WalkField {
    fn walk_field<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>));
}

leaf_walk!(Identifier, PyString, i32, ConstantValue);

impl<T: WalkField> WalkField for Option<T> {
    fn walk_field<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>)) {
        if let Some(item) = self {
            item.walk_field(f);
        }
    }
}

impl<T: WalkField> WalkField for Vec<T> {
    fn walk_field<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>)) {
        for item in self {
            item.walk_field(f);
        }
    }
}

macro_rules! node_ref {
    ($($t:ident),*) => {$(
        impl WalkField for $t {
            fn walk_field<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>)) {
                f(NodeRef::$t(self));
            }
        }
    )*
    impl<'t> NodeRef<'t> {
        /// Call `f` for each child node (not deeper).
        pub fn children(self, f: &mut dyn FnMut(NodeRef<'t>)) {
            match self {
                $(NodeRef::$t(node) => node.walk(f),)*
            }
        }
    }
    };
}

node_ref!(
    Mod, Stmt, Expr, Comprehension, Excepthandler, Arguments, Arg, Keyword, Alias, Withitem, MatchCase, Pattern,
    TypeIgnoreSum, TypeParam
);

/// Split the table into its items and define each.
macro_rules! define_items {
    () => {};
    (sum $located:ident $sum:ident $asdl:literal $module:ident {
        $($ctor:ident { $($field:ident : $t:tt),* $(,)? })*
    } $($rest:tt)*) => {
        define_sum! { $located $sum $asdl $module { $($ctor { $($field : $t),* })* } }
        define_items!($($rest)*);
    };
    (tags $sum:ident $asdl:literal { $($tag:ident)* } $($rest:tt)*) => {
        define_tags! { $sum $asdl { $($tag)* } }
        define_items!($($rest)*);
    };
    (product $located:ident $name:ident $asdl:literal { $($field:ident : $t:tt),* $(,)? } $($rest:tt)*) => {
        define_product! { $located $name $asdl { $($field : $t),* } }
        define_items!($($rest)*);
    };
}

/// The constructor structs of a sum and what all of them can do.
macro_rules! define_ctors {
    ($located:expr, $asdl:literal $module:ident { $($ctor:ident { $($field:ident : $t:tt),* })* }) => {
        #[doc = concat!("Constructors of the ASDL type `", $asdl, "`.")]
        #[allow(missing_docs, clippy::module_inception)]
        pub mod $module {
            use super::{Build, FieldInfo, NodeInfo, NodeRef, Source, TreeField, Walk, WalkField};

            $(
                #[doc = concat!("`", $asdl, "`: `", stringify!($ctor), "`.")]
                #[derive(Clone, Debug, PartialEq)]
                pub struct $ctor { $(pub $field: $crate::ast_field_type!($t),)* }

                impl $ctor {
                    /// Class name and fields.
                    pub const INFO: &'static NodeInfo = &NodeInfo {
                        name: stringify!($ctor),
                        sum: $asdl,
                        fields: { const F: &[FieldInfo] = &[$($crate::ast_field_info!($field $t)),*]; F },
                        located: $located,
                    };

                    pub(super) fn build_fields<B: Build>(&self, build: &mut B) -> Result<Vec<B::Value>, B::Error> {
                        build.enter(Self::INFO)?;
                        Ok(vec![$(self.$field.build_field(build)?),*])
                    }

                    #[allow(unused_variables, unused_mut, unused_assignments)]
                    pub(super) fn read_fields<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error> {
                        source.enter(Self::INFO)?;
                        let mut fields = Self::INFO.fields.iter();
                        let node = $ctor {
                            $($field: match fields.next() {
                                Some(field) => TreeField::read_field(source, value, Self::INFO, field)?,
                                None => unreachable!("INFO.fields has one entry per field"),
                            },)*
                        };
                        source.leave();
                        Ok(node)
                    }
                }

                impl Walk for $ctor {
                    #[allow(unused_variables)]
                    fn walk<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>)) {
                        $(self.$field.walk_field(f);)*
                    }
                }
            )*
        }
    };
}

macro_rules! define_sum {
    (located $sum:ident $asdl:literal $module:ident { $($ctor:ident $fields:tt)* }) => {
        define_ctors! { true, $asdl $module { $($ctor $fields)* } }
        kind_names! { $sum $asdl $module $($ctor)* }
    };
    (plain $sum:ident $asdl:literal $module:ident { $($ctor:ident $fields:tt)* }) => {
        define_ctors! { false, $asdl $module { $($ctor $fields)* } }

        #[doc = concat!("The ASDL type `", $asdl, "`.")]
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum $sum { $($ctor(Box<$module::$ctor>),)* }

        impl $sum {
            /// The ASDL type and its classes.
            pub const TYPE: &'static TypeInfo =
                &TypeInfo { name: $asdl, is_sum: true, nodes: &[$($module::$ctor::INFO),*] };

            /// The class of this node.
            pub fn info(&self) -> &'static NodeInfo {
                match self { $($sum::$ctor(_) => $module::$ctor::INFO,)* }
            }
        }

        impl Walk for $sum {
            fn walk<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>)) {
                match self { $($sum::$ctor(node) => node.walk(f),)* }
            }
        }

        impl Tree for $sum {
            fn build<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
                match self {
                    $($sum::$ctor(node) => {
                        let fields = node.build_fields(build)?;
                        build.node($module::$ctor::INFO, fields, None)
                    })*
                }
            }

            fn read<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error> {
                let variant = source.variant(value, Self::TYPE)?;
                let mut index = 0;
                $(
                    if variant == index {
                        return Ok($sum::$ctor(Box::new($module::$ctor::read_fields(source, value)?)));
                    }
                    index += 1;
                )*
                unreachable!("Source::variant returned {variant}, of {index}")
            }
        }

        $(impl From<$module::$ctor> for $sum {
            fn from(node: $module::$ctor) -> Self {
                $sum::$ctor(Box::new(node))
            }
        })*
    };
}

/// `Stmt` needs `StmtKind`; macro_rules cannot paste names, so the pairs are listed.
macro_rules! kind_names {
    (Stmt $($rest:tt)*) => { define_located_sum! { Stmt StmtKind $($rest)* } };
    (Expr $($rest:tt)*) => { define_located_sum! { Expr ExprKind $($rest)* } };
    (Excepthandler $($rest:tt)*) => { define_located_sum! { Excepthandler ExcepthandlerKind $($rest)* } };
    (Pattern $($rest:tt)*) => { define_located_sum! { Pattern PatternKind $($rest)* } };
    (TypeParam $($rest:tt)*) => { define_located_sum! { TypeParam TypeParamKind $($rest)* } };
}

macro_rules! define_located_sum {
    ($sum:ident $kind:ident $asdl:literal $module:ident $($ctor:ident)*) => {
        #[doc = concat!("The ASDL type `", $asdl, "`: a node and where it stands.")]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $sum {
            /// Where it stands.
            pub span: Span,
            /// Which node it is.
            pub kind: $kind,
        }

        #[doc = concat!("The constructors of `", $asdl, "`.")]
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum $kind { $($ctor(Box<$module::$ctor>),)* }

        impl $sum {
            /// The ASDL type and its classes.
            pub const TYPE: &'static TypeInfo =
                &TypeInfo { name: $asdl, is_sum: true, nodes: &[$($module::$ctor::INFO),*] };

            /// A node from a constructor struct.
            #[inline]
            pub fn new(span: Span, node: impl Into<$kind>) -> Self {
                $sum { span, kind: node.into() }
            }

            /// The class of this node.
            pub fn info(&self) -> &'static NodeInfo {
                match &self.kind { $($kind::$ctor(_) => $module::$ctor::INFO,)* }
            }
        }

        impl Walk for $sum {
            fn walk<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>)) {
                match &self.kind { $($kind::$ctor(node) => node.walk(f),)* }
            }
        }

        impl Tree for $sum {
            fn build<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
                match &self.kind {
                    $($kind::$ctor(node) => {
                        let fields = node.build_fields(build)?;
                        build.node($module::$ctor::INFO, fields, Some(self.span))
                    })*
                }
            }

            fn read<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error> {
                let span = source.span(value, Self::TYPE.name)?;
                let variant = source.variant(value, Self::TYPE)?;
                let mut index = 0;
                $(
                    if variant == index {
                        return Ok($sum::new(span, $module::$ctor::read_fields(source, value)?));
                    }
                    index += 1;
                )*
                unreachable!("Source::variant returned {variant}, of {index}")
            }
        }

        $(impl From<$module::$ctor> for $kind {
            #[inline]
            fn from(node: $module::$ctor) -> Self {
                $kind::$ctor(Box::new(node))
            }
        })*
    };
}

macro_rules! define_tags {
    ($sum:ident $asdl:literal { $($tag:ident)* }) => {
        #[doc = concat!("The ASDL type `", $asdl, "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum $sum { $($tag,)* }

        impl $sum {
            /// The ASDL type and its classes.
            pub const TYPE: &'static TypeInfo = &TypeInfo {
                name: $asdl,
                is_sum: true,
                nodes: &[$(&NodeInfo { name: stringify!($tag), sum: $asdl, fields: &[], located: false }),*],
            };

            /// Every value, in ASDL order.
            pub const ALL: &'static [$sum] = &[$($sum::$tag),*];

            /// The class of this tag.
            pub fn info(self) -> &'static NodeInfo {
                Self::TYPE.nodes[self as usize]
            }
        }

        impl Walk for $sum {
            fn walk<'a>(&'a self, _: &mut dyn FnMut(NodeRef<'a>)) {}
        }

        impl WalkField for $sum {
            fn walk_field<'a>(&'a self, _: &mut dyn FnMut(NodeRef<'a>)) {}
        }

        impl Tree for $sum {
            fn build<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
                build.tag(self.info())
            }

            fn read<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error> {
                let variant = source.variant(value, Self::TYPE)?;
                match Self::ALL.get(variant) {
                    Some(tag) => Ok(*tag),
                    None => unreachable!("Source::variant returned {variant}"),
                }
            }
        }
    };
}

macro_rules! define_product {
    ($located:ident $name:ident $asdl:literal { $($field:ident : $t:tt),* }) => {
        product_struct! { $located $name $asdl { $($field : $t),* } }

        impl $name {
            /// The class and its fields.
            pub const INFO: &'static NodeInfo = &NodeInfo {
                name: $asdl,
                sum: $asdl,
                fields: { const F: &[FieldInfo] = &[$($crate::ast_field_info!($field $t)),*]; F },
                located: is_located!($located),
            };

            /// The ASDL type.
            pub const TYPE: &'static TypeInfo =
                &TypeInfo { name: $asdl, is_sum: false, nodes: &[$name::INFO] };
        }

        impl Walk for $name {
            fn walk<'a>(&'a self, f: &mut dyn FnMut(NodeRef<'a>)) {
                $(self.$field.walk_field(f);)*
            }
        }

        impl Tree for $name {
            fn build<B: Build>(&self, build: &mut B) -> Result<B::Value, B::Error> {
                build.enter(Self::INFO)?;
                let fields = vec![$(self.$field.build_field(build)?),*];
                build.node(Self::INFO, fields, product_span!($located self))
            }

            fn read<S: Source>(source: &mut S, value: &S::Value) -> Result<Self, S::Error> {
                source.variant(value, Self::TYPE)?;
                source.enter(Self::INFO)?;
                let mut fields = Self::INFO.fields.iter();
                let node = product_read! { $located $name source value { $($field: match fields.next() {
                    Some(field) => TreeField::read_field(source, value, Self::INFO, field)?,
                    None => unreachable!("INFO.fields has one entry per field"),
                }),* } };
                source.leave();
                Ok(node)
            }
        }
    };
}

macro_rules! is_located {
    (located) => { true };
    (plain) => { false };
}

macro_rules! product_span {
    (located $node:ident) => { Some($node.span) };
    (plain $node:ident) => { None };
}

macro_rules! product_read {
    (located $name:ident $source:ident $value:ident { $($field:ident : $read:expr),* }) => {
        { $(let $field = $read;)* let span = $source.span($value, Self::INFO.name)?; $name { span, $($field),* } }
    };
    (plain $name:ident $source:ident $value:ident { $($field:ident : $read:expr),* }) => {
        $name { $($field: $read),* }
    };
}

macro_rules! product_struct {
    (located $name:ident $asdl:literal { $($field:ident : $t:tt),* }) => {
        #[doc = concat!("The ASDL type `", $asdl, "`.")]
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub struct $name { pub span: Span, $(pub $field: $crate::ast_field_type!($t),)* }
    };
    (plain $name:ident $asdl:literal { $($field:ident : $t:tt),* }) => {
        #[doc = concat!("The ASDL type `", $asdl, "`.")]
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub struct $name { $(pub $field: $crate::ast_field_type!($t),)* }
    };
}

/// Every ASDL type, in ASDL order.
macro_rules! define_types {
    (@ [$($done:ident)*]) => {
        /// Every ASDL type with its node classes, in ASDL order.
        pub const TYPES: &[&TypeInfo] = &[$($done::TYPE),*];
    };
    (@ [$($done:ident)*] sum $l:ident $name:ident $a:literal $m:ident $body:tt $($rest:tt)*) => {
        define_types!(@ [$($done)* $name] $($rest)*);
    };
    (@ [$($done:ident)*] tags $name:ident $a:literal $body:tt $($rest:tt)*) => {
        define_types!(@ [$($done)* $name] $($rest)*);
    };
    (@ [$($done:ident)*] product $l:ident $name:ident $a:literal $body:tt $($rest:tt)*) => {
        define_types!(@ [$($done)* $name] $($rest)*);
    };
    ($($table:tt)*) => { define_types!(@ [] $($table)*); };
}

crate::ast_table!(define_items);
crate::ast_table!(define_types);

const _: () = assert!(size_of::<Expr>() == 32 && size_of::<Stmt>() == 32);
