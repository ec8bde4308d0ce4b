//! The one table of syntax-tree nodes: Python.asdl of 3.14 in macro form.
//!
//! Everything that must know every node (types, field names, conversion, dump, documentation) is a macro that
//! this table is passed to. Order is the ASDL's, since class creation and `_fields` follow it.
//!
//! Shapes: `sum` has constructors and may be `located` (each node carries a [`Span`](crate::ast::Span)),
//! `product` is a single record, `tags` is a sum of bare names. A field is `name: [type]`, `[type ?]`,
//! `[type *]` or `[type ? *]`.

/// Call `$callback!` with the whole table.
#[macro_export]
macro_rules! ast_table {
    ($callback:path) => {
        $callback! {
            sum plain Mod "mod" mod_ {
                Module { body: [stmt *], type_ignores: [type_ignore *] }
                Interactive { body: [stmt *] }
                Expression { body: [expr] }
                FunctionType { argtypes: [expr *], returns: [expr] }
            }
            sum located Stmt "stmt" stmt {
                FunctionDef { name: [identifier], args: [arguments], body: [stmt *], decorator_list: [expr *],
                    returns: [expr ?], type_comment: [string ?], type_params: [type_param *] }
                AsyncFunctionDef { name: [identifier], args: [arguments], body: [stmt *], decorator_list: [expr *],
                    returns: [expr ?], type_comment: [string ?], type_params: [type_param *] }
                ClassDef { name: [identifier], bases: [expr *], keywords: [keyword *], body: [stmt *],
                    decorator_list: [expr *], type_params: [type_param *] }
                Return { value: [expr ?] }
                Delete { targets: [expr *] }
                Assign { targets: [expr *], value: [expr], type_comment: [string ?] }
                TypeAlias { name: [expr], type_params: [type_param *], value: [expr] }
                AugAssign { target: [expr], op: [operator], value: [expr] }
                AnnAssign { target: [expr], annotation: [expr], value: [expr ?], simple: [int] }
                For { target: [expr], iter: [expr], body: [stmt *], orelse: [stmt *], type_comment: [string ?] }
                AsyncFor { target: [expr], iter: [expr], body: [stmt *], orelse: [stmt *], type_comment: [string ?] }
                While { test: [expr], body: [stmt *], orelse: [stmt *] }
                If { test: [expr], body: [stmt *], orelse: [stmt *] }
                With { items: [withitem *], body: [stmt *], type_comment: [string ?] }
                AsyncWith { items: [withitem *], body: [stmt *], type_comment: [string ?] }
                Match { subject: [expr], cases: [match_case *] }
                Raise { exc: [expr ?], cause: [expr ?] }
                Try { body: [stmt *], handlers: [excepthandler *], orelse: [stmt *], finalbody: [stmt *] }
                TryStar { body: [stmt *], handlers: [excepthandler *], orelse: [stmt *], finalbody: [stmt *] }
                Assert { test: [expr], msg: [expr ?] }
                Import { names: [alias *] }
                ImportFrom { module: [identifier ?], names: [alias *], level: [int ?] }
                Global { names: [identifier *] }
                Nonlocal { names: [identifier *] }
                Expr { value: [expr] }
                Pass { }
                Break { }
                Continue { }
            }
            sum located Expr "expr" expr {
                BoolOp { op: [boolop], values: [expr *] }
                NamedExpr { target: [expr], value: [expr] }
                BinOp { left: [expr], op: [operator], right: [expr] }
                UnaryOp { op: [unaryop], operand: [expr] }
                Lambda { args: [arguments], body: [expr] }
                IfExp { test: [expr], body: [expr], orelse: [expr] }
                Dict { keys: [expr ? *], values: [expr *] }
                Set { elts: [expr *] }
                ListComp { elt: [expr], generators: [comprehension *] }
                SetComp { elt: [expr], generators: [comprehension *] }
                DictComp { key: [expr], value: [expr], generators: [comprehension *] }
                GeneratorExp { elt: [expr], generators: [comprehension *] }
                Await { value: [expr] }
                Yield { value: [expr ?] }
                YieldFrom { value: [expr] }
                Compare { left: [expr], ops: [cmpop *], comparators: [expr *] }
                Call { func: [expr], args: [expr *], keywords: [keyword *] }
                FormattedValue { value: [expr], conversion: [int], format_spec: [expr ?] }
                Interpolation { value: [expr], str: [constant], conversion: [int], format_spec: [expr ?] }
                JoinedStr { values: [expr *] }
                TemplateStr { values: [expr *] }
                Constant { value: [constant], kind: [string ?] }
                Attribute { value: [expr], attr: [identifier], ctx: [expr_context] }
                Subscript { value: [expr], slice: [expr], ctx: [expr_context] }
                Starred { value: [expr], ctx: [expr_context] }
                Name { id: [identifier], ctx: [expr_context] }
                List { elts: [expr *], ctx: [expr_context] }
                Tuple { elts: [expr *], ctx: [expr_context] }
                Slice { lower: [expr ?], upper: [expr ?], step: [expr ?] }
            }
            tags ExprContext "expr_context" { Load Store Del }
            tags Boolop "boolop" { And Or }
            tags Operator "operator" {
                Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv
            }
            tags Unaryop "unaryop" { Invert Not UAdd USub }
            tags Cmpop "cmpop" { Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn }
            product plain Comprehension "comprehension" {
                target: [expr], iter: [expr], ifs: [expr *], is_async: [int]
            }
            sum located Excepthandler "excepthandler" excepthandler {
                ExceptHandler { r#type: [expr ?], name: [identifier ?], body: [stmt *] }
            }
            product plain Arguments "arguments" {
                posonlyargs: [arg *], args: [arg *], vararg: [arg ?], kwonlyargs: [arg *], kw_defaults: [expr ? *],
                kwarg: [arg ?], defaults: [expr *]
            }
            product located Arg "arg" { arg: [identifier], annotation: [expr ?], type_comment: [string ?] }
            product located Keyword "keyword" { arg: [identifier ?], value: [expr] }
            product located Alias "alias" { name: [identifier], asname: [identifier ?] }
            product plain Withitem "withitem" { context_expr: [expr], optional_vars: [expr ?] }
            product plain MatchCase "match_case" { pattern: [pattern], guard: [expr ?], body: [stmt *] }
            sum located Pattern "pattern" pattern {
                MatchValue { value: [expr] }
                MatchSingleton { value: [constant] }
                MatchSequence { patterns: [pattern *] }
                MatchMapping { keys: [expr *], patterns: [pattern *], rest: [identifier ?] }
                MatchClass { cls: [expr], patterns: [pattern *], kwd_attrs: [identifier *],
                    kwd_patterns: [pattern *] }
                MatchStar { name: [identifier ?] }
                MatchAs { pattern: [pattern ?], name: [identifier ?] }
                MatchOr { patterns: [pattern *] }
            }
            sum plain TypeIgnoreSum "type_ignore" type_ignore {
                TypeIgnore { lineno: [int], tag: [string] }
            }
            sum located TypeParam "type_param" type_param {
                TypeVar { name: [identifier], bound: [expr ?], default_value: [expr ?] }
                ParamSpec { name: [identifier], default_value: [expr ?] }
                TypeVarTuple { name: [identifier], default_value: [expr ?] }
            }
        }
    };
}

/// The Rust type of an ASDL field type. Invoke where the `ast` types are in scope.
#[macro_export]
#[doc(hidden)]
macro_rules! ast_field_type {
    ([$t:ident]) => { $crate::ast_field_type!(@ $t) };
    ([$t:ident ?]) => { Option<$crate::ast_field_type!(@ $t)> };
    ([$t:ident *]) => { Vec<$crate::ast_field_type!(@ $t)> };
    ([$t:ident ? *]) => { Vec<Option<$crate::ast_field_type!(@ $t)>> };
    (@ identifier) => { $crate::ast::Identifier };
    (@ string) => { $crate::ast::PyString };
    (@ constant) => { $crate::ast::ConstantValue };
    (@ int) => { i32 };
    (@ stmt) => { $crate::ast::Stmt };
    (@ expr) => { $crate::ast::Expr };
    (@ expr_context) => { $crate::ast::ExprContext };
    (@ boolop) => { $crate::ast::Boolop };
    (@ operator) => { $crate::ast::Operator };
    (@ unaryop) => { $crate::ast::Unaryop };
    (@ cmpop) => { $crate::ast::Cmpop };
    (@ comprehension) => { $crate::ast::Comprehension };
    (@ excepthandler) => { $crate::ast::Excepthandler };
    (@ arguments) => { $crate::ast::Arguments };
    (@ arg) => { $crate::ast::Arg };
    (@ keyword) => { $crate::ast::Keyword };
    (@ alias) => { $crate::ast::Alias };
    (@ withitem) => { $crate::ast::Withitem };
    (@ match_case) => { $crate::ast::MatchCase };
    (@ pattern) => { $crate::ast::Pattern };
    (@ type_ignore) => { $crate::ast::TypeIgnoreSum };
    (@ type_param) => { $crate::ast::TypeParam };
}

/// The ASDL spelling of a field's multiplicity.
#[macro_export]
#[doc(hidden)]
macro_rules! ast_field_info {
    ($name:ident [$t:ident $($q:tt)*]) => {
        $crate::ast::FieldInfo {
            // `type` is a raw identifier on our side only.
            name: $crate::ast::info::strip_raw(stringify!($name)),
            asdl_type: stringify!($t),
            quantifier: $crate::ast::info::quantifier(&[$(stringify!($q)),*]),
        }
    };
}
