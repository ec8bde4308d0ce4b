//! Rules for expressions, displays and comprehensions.

use super::calls::{arguments, genexp, slices, starred_expression};
use super::compound::invalid_for_target;
use super::engine::{Engine, Fail, K, N, R, choice, grammar};
use super::params::lambda_params;
use super::simple::{break_stmt, continue_stmt, pass_stmt, simple_stmt};
use super::strings::strings;
use super::targets::star_targets;
use crate::lex::Tok;
use crate::literal::{self, LiteralError};

fn comma(p: &mut Engine<'_>) -> R {
    p.t(Tok::Comma)
}

/// `first (',' item)+ [',']`, `first ','` or `first`.
fn tuple_of(p: &mut Engine<'_>, item: fn(&mut Engine<'_>) -> R) -> R {
    choice!(p;
        {
            let start = p.mark;
            let mut kids = vec![item(p)?];
            kids.append(&mut p.plus(|p| { comma(p)?; item(p) })?);
            p.opt(comma)?;
            p.node(K::Tuple, start, kids)
        },
        { let start = p.mark; let a = item(p)?; comma(p)?; p.node(K::Tuple, start, vec![a]) },
        item(p),
    )
}

/// `left operator right` of left-recursive rules.
fn binary(p: &mut Engine<'_>, left: fn(&mut Engine<'_>) -> R, op: Tok, right: fn(&mut Engine<'_>) -> R) -> R {
    let start = p.mark;
    let a = left(p)?;
    p.t(op)?;
    let b = right(p)?;
    p.node(K::Operator, start, vec![a, b])
}

fn prefix(p: &mut Engine<'_>, op: Tok, kind: K, operand: fn(&mut Engine<'_>) -> R) -> R {
    let start = p.mark;
    p.t(op)?;
    let a = operand(p)?;
    p.node(kind, start, vec![a])
}

fn star_bitwise_or(p: &mut Engine<'_>) -> R {
    prefix(p, Tok::Star, K::Starred, bitwise_or)
}

/// `a ('or' b)+`
fn chain(p: &mut Engine<'_>, op: Tok, operand: fn(&mut Engine<'_>) -> R) -> R {
    let start = p.mark;
    operand(p)?;
    p.plus(|p| { p.t(op)?; operand(p) })?;
    p.node(K::Operator, start, vec![])
}

fn number(p: &mut Engine<'_>) -> R {
    let token = p.here()?;
    let node = p.t(Tok::Number)?;
    let text = p.text(token);
    if p.options.feature_version < 6 && text.contains('_') {
        return Err(p.raise("Underscores in numeric literals are only supported in Python 3.6 and greater"));
    }
    if let Err(LiteralError::TooManyDigits(digits)) = literal::number(text, p.options.int_digits_max) {
        let limit = p.options.int_digits_max;
        let message = format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
             literals to avoid decimal conversion limits."
        );
        return Err(p.raise_columns(token.lineno, -1, token.end_lineno, -1, &message));
    }
    let _ = node;
    p.node(K::Literal, p.mark - 1, vec![])
}

pub(super) fn number_node(p: &mut Engine<'_>) -> R {
    number(p)
}

/// `!=`, or `<>` under `barry_as_FLUFL`.
fn not_equal(p: &mut Engine<'_>) -> R {
    let token = p.here()?;
    p.t(Tok::NotEqual)?;
    if p.barry && p.text(token) != "<>" {
        return Err(p.raise("with Barry as BDFL, use '<>' instead of '!='"));
    }
    Ok(0)
}

fn expression_not_walrus(p: &mut Engine<'_>) -> R {
    let e = expression(p)?;
    p.not(|p| p.t(Tok::ColonEqual))?;
    Ok(e)
}

/// `assignment_expression | expression !':='`
pub(super) fn element(p: &mut Engine<'_>) -> R {
    choice!(p; assignment_expression(p), expression_not_walrus(p))
}

fn kvpair(p: &mut Engine<'_>) -> R {
    let key = expression(p)?;
    p.t(Tok::Colon)?;
    expression(p)?;
    Ok(key)
}

fn comparison_pair(p: &mut Engine<'_>, ops: &[Tok]) -> R {
    for &op in ops {
        p.t(op)?;
    }
    bitwise_or(p)
}

fn if_disjunction(p: &mut Engine<'_>) -> R {
    p.t(Tok::If)?;
    disjunction(p)
}

/// The part of a comprehension clause behind `for`.
fn clause_tail(p: &mut Engine<'_>) -> R {
    let start = p.mark;
    let target = star_targets(p)?;
    p.t(Tok::In)?;
    p.cut(|p| {
        let mut kids = vec![target, disjunction(p)?];
        kids.append(&mut p.star(if_disjunction)?);
        p.node(K::Comprehension, start, kids)
    })
}

/// `open element clauses close`
fn comprehension(p: &mut Engine<'_>, open: Tok, close: Tok, kind: K) -> R {
    let start = p.mark;
    p.t(open)?;
    named_expression(p)?;
    for_if_clauses(p)?;
    p.t(close)?;
    p.node(kind, start, vec![])
}

fn ternary(p: &mut Engine<'_>) -> R {
    let start = p.mark;
    disjunction(p)?;
    p.t(Tok::If)?;
    disjunction(p)?;
    p.t(Tok::Else)?;
    expression(p)?;
    p.node(K::IfExp, start, vec![])
}

grammar! {
    p;
    extra_memo(Expressions) expressions { tuple_of(p, expression) }
    memo(Expression) expression {
        p.inv(invalid_expression),
        p.inv(invalid_legacy_expression),
        ternary(p),
        disjunction(p),
        lambdef(p),
    }
    extra_memo(YieldExpr) yield_expr {
        {
            let start = p.mark;
            p.t(Tok::Yield)?;
            p.t(Tok::From)?;
            expression(p)?;
            p.node(K::Yield, start, vec![])
        },
        {
            let start = p.mark;
            p.t(Tok::Yield)?;
            p.opt(star_expressions)?;
            p.node(K::Yield, start, vec![])
        },
    }
    extra_memo(StarExpressions) star_expressions { tuple_of(p, star_expression) }
    memo(StarExpression) star_expression { star_bitwise_or(p), expression(p) }
    extra_memo(StarNamedExpressions) star_named_expressions {
        {
            let kids = p.gather(Tok::Comma, star_named_expression)?;
            p.opt(comma)?;
            Ok(p.seq(kids))
        },
    }
    extra_memo(StarNamedExpression) star_named_expression { star_bitwise_or(p), named_expression(p) }
    rule assignment_expression {
        {
            let start = p.mark;
            p.name()?;
            p.t(Tok::ColonEqual)?;
            p.cut(expression)?;
            p.require(8, "Assignment expressions are")?;
            p.node(K::NamedExpr, start, vec![])
        },
    }
    extra_memo(NamedExpression) named_expression {
        assignment_expression(p),
        p.inv(invalid_named_expression),
        expression_not_walrus(p),
    }
    memo(Disjunction) disjunction { chain(p, Tok::Or, conjunction), conjunction(p) }
    memo(Conjunction) conjunction { chain(p, Tok::And, inversion), inversion(p) }
    memo(Inversion) inversion { prefix(p, Tok::Not, K::Operator, inversion), comparison(p) }
    extra_memo(Comparison) comparison {
        {
            let start = p.mark;
            let a = bitwise_or(p)?;
            let is_in = p.here()?.kind == Tok::In;
            p.plus(comparison_operator)?;
            p.node(if is_in { K::CompareIn } else { K::Compare }, start, vec![a])
        },
        bitwise_or(p),
    }
    rule comparison_operator {
        comparison_pair(p, &[Tok::EqEqual]),
        { p.rule(not_equal)?; bitwise_or(p) },
        comparison_pair(p, &[Tok::LessEqual]),
        p.inv(invalid_noteq),
        comparison_pair(p, &[Tok::Less]),
        comparison_pair(p, &[Tok::GreaterEqual]),
        comparison_pair(p, &[Tok::Greater]),
        comparison_pair(p, &[Tok::Not, Tok::In]),
        comparison_pair(p, &[Tok::In]),
        comparison_pair(p, &[Tok::Is, Tok::Not]),
        comparison_pair(p, &[Tok::Is]),
    }
    left_recursive(BitwiseOr) bitwise_or { binary(p, bitwise_or, Tok::VBar, bitwise_xor), bitwise_xor(p) }
    left_recursive(BitwiseXor) bitwise_xor { binary(p, bitwise_xor, Tok::Circumflex, bitwise_and), bitwise_and(p) }
    left_recursive(BitwiseAnd) bitwise_and { binary(p, bitwise_and, Tok::Amper, shift_expr), shift_expr(p) }
    left_recursive(ShiftExpr) shift_expr {
        binary(p, shift_expr, Tok::LeftShift, sum),
        binary(p, shift_expr, Tok::RightShift, sum),
        p.inv(invalid_arithmetic),
        sum(p),
    }
    left_recursive(Sum) sum {
        binary(p, sum, Tok::Plus, term),
        binary(p, sum, Tok::Minus, term),
        term(p),
    }
    left_recursive(Term) term {
        binary(p, term, Tok::Star, factor),
        binary(p, term, Tok::Slash, factor),
        binary(p, term, Tok::DoubleSlash, factor),
        binary(p, term, Tok::Percent, factor),
        { let node = binary(p, term, Tok::At, factor)?; p.require(5, "The '@' operator is")?; Ok(node) },
        p.inv(invalid_factor),
        factor(p),
    }
    memo(Factor) factor {
        prefix(p, Tok::Plus, K::Operator, factor),
        prefix(p, Tok::Minus, K::Operator, factor),
        prefix(p, Tok::Tilde, K::Operator, factor),
        power(p),
    }
    extra_memo(Power) power { binary(p, await_primary, Tok::DoubleStar, factor), await_primary(p) }
    memo(AwaitPrimary) await_primary {
        {
            let node = prefix(p, Tok::Await, K::Await, primary)?;
            p.require(5, "Await expressions are")?;
            Ok(node)
        },
        primary(p),
    }
    left_recursive(Primary) primary {
        { let start = p.mark; primary(p)?; p.t(Tok::Dot)?; p.name()?; p.node(K::Attribute, start, vec![]) },
        { let start = p.mark; primary(p)?; genexp(p)?; p.node(K::Call, start, vec![]) },
        {
            let start = p.mark;
            primary(p)?;
            p.t(Tok::LPar)?;
            p.opt(arguments)?;
            p.t(Tok::RPar)?;
            p.node(K::Call, start, vec![])
        },
        {
            let start = p.mark;
            primary(p)?;
            p.t(Tok::LSqb)?;
            slices(p)?;
            p.t(Tok::RSqb)?;
            p.node(K::Subscript, start, vec![])
        },
        atom(p),
    }
    extra_memo(Atom) atom {
        p.name(),
        p.t(Tok::True),
        p.t(Tok::False),
        p.t(Tok::None),
        {
            p.look(|p| p.any(&[Tok::String, Tok::FStringStart, Tok::TStringStart]))?;
            strings(p)
        },
        number(p),
        { p.look(|p| p.t(Tok::LPar))?; choice!(p; tuple(p), group(p), genexp(p)) },
        { p.look(|p| p.t(Tok::LSqb))?; choice!(p; list(p), listcomp(p)) },
        { p.look(|p| p.t(Tok::LBrace))?; choice!(p; dict(p), set(p), dictcomp(p), setcomp(p)) },
        p.t(Tok::Ellipsis),
    }
    extra_memo(Group) group {
        {
            p.t(Tok::LPar)?;
            let a = choice!(p; yield_expr(p), named_expression(p))?;
            p.t(Tok::RPar)?;
            Ok(a)
        },
        p.inv(invalid_group),
    }
    extra_memo(LambDef) lambdef {
        {
            let start = p.mark;
            p.t(Tok::Lambda)?;
            p.opt(lambda_params)?;
            p.t(Tok::Colon)?;
            expression(p)?;
            p.node(K::Lambda, start, vec![])
        },
    }
    extra_memo(List) list {
        {
            let start = p.mark;
            p.t(Tok::LSqb)?;
            let items = p.opt(star_named_expressions)?;
            p.t(Tok::RSqb)?;
            let kids = items.map_or(vec![], |items| p.kids(items).to_vec());
            p.node(K::List, start, kids)
        },
    }
    extra_memo(Tuple) tuple {
        {
            let start = p.mark;
            p.t(Tok::LPar)?;
            let items = p.opt(|p| {
                let mut kids = vec![star_named_expression(p)?];
                comma(p)?;
                if let Some(more) = p.opt(star_named_expressions)? {
                    kids.extend_from_slice(p.kids(more));
                }
                Ok(p.seq(kids))
            })?;
            p.t(Tok::RPar)?;
            let kids = items.map_or(vec![], |items| p.kids(items).to_vec());
            p.node(K::Tuple, start, kids)
        },
    }
    extra_memo(Set) set {
        {
            let start = p.mark;
            p.t(Tok::LBrace)?;
            star_named_expressions(p)?;
            p.t(Tok::RBrace)?;
            p.node(K::Set, start, vec![])
        },
    }
    extra_memo(Dict) dict {
        {
            let start = p.mark;
            p.t(Tok::LBrace)?;
            p.opt(|p| { p.gather(Tok::Comma, double_starred_kvpair)?; p.opt(comma)?; Ok(0) })?;
            p.t(Tok::RBrace)?;
            p.node(K::Dict, start, vec![])
        },
        {
            // CPython's generator guards only alternatives that are one `invalid_*` rule, so this is tried at once.
            p.t(Tok::LBrace)?;
            invalid_double_starred_kvpairs(p)?;
            p.t(Tok::RBrace)
        },
    }
    rule double_starred_kvpair {
        { p.t(Tok::DoubleStar)?; bitwise_or(p) },
        kvpair(p),
    }
    extra_memo(ForIfClauses) for_if_clauses { { let kids = p.plus(for_if_clause)?; Ok(p.seq(kids)) } }
    rule for_if_clause {
        {
            p.t(Tok::Async)?;
            p.t(Tok::For)?;
            let clause = clause_tail(p)?;
            p.require(6, "Async comprehensions are")?;
            Ok(clause)
        },
        { p.t(Tok::For)?; clause_tail(p) },
        p.inv(invalid_for_if_clause),
        p.inv(invalid_for_target),
    }
    extra_memo(ListComp) listcomp {
        comprehension(p, Tok::LSqb, Tok::RSqb, K::ListComp),
        p.inv(invalid_comprehension),
    }
    extra_memo(SetComp) setcomp {
        comprehension(p, Tok::LBrace, Tok::RBrace, K::SetComp),
        p.inv(invalid_comprehension),
    }
    extra_memo(DictComp) dictcomp {
        {
            let start = p.mark;
            p.t(Tok::LBrace)?;
            kvpair(p)?;
            for_if_clauses(p)?;
            p.t(Tok::RBrace)?;
            p.node(K::DictComp, start, vec![])
        },
        p.inv(invalid_dict_comprehension),
    }

    extra_memo(ExpressionWithoutInvalid) expression_without_invalid_body {
        ternary(p),
        disjunction(p),
        lambdef(p),
    }
    rule invalid_legacy_expression {
        {
            let a = p.name()?;
            p.not(|p| p.t(Tok::LPar))?;
            let b = star_expressions(p)?;
            if !p.is_legacy_statement(a) {
                return Err(Fail::Cut);
            }
            let name = p.node_text(a);
            Err(p.raise_range(a, b, format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?")))
        },
    }
    rule invalid_expression {
        {
            p.t(Tok::String)?;
            let a = p.plus(|p| {
                p.not(|p| p.t(Tok::String))?;
                expression_without_invalid(p)
            })?;
            p.t(Tok::String)?;
            let all = p.seq(a);
            Err(p.raise_at(all, "invalid syntax. Is this intended to be part of the string?"))
        },
        {
            p.not(name_string_or_soft_keyword)?;
            let a = disjunction(p)?;
            let b = expression_without_invalid(p)?;
            let before = p.toks.get(p.mark.wrapping_sub(1)).map_or(0, |t| t.level);
            if p.is_legacy_statement(a) || before == 0 {
                return Err(Fail::Cut);
            }
            Err(p.raise_range(a, b, "invalid syntax. Perhaps you forgot a comma?"))
        },
        {
            let a = disjunction(p)?;
            p.t(Tok::If)?;
            let b = disjunction(p)?;
            p.not(|p| p.any(&[Tok::Else, Tok::Colon]))?;
            Err(p.raise_range(a, b, "expected 'else' after 'if' expression"))
        },
        {
            disjunction(p)?;
            p.t(Tok::If)?;
            disjunction(p)?;
            p.t(Tok::Else)?;
            p.not(expression)?;
            Err(p.raise_on_next_token("expected expression after 'else', but statement is given"))
        },
        {
            let a = choice!(p; pass_stmt(p), break_stmt(p), continue_stmt(p))?;
            p.t(Tok::If)?;
            disjunction(p)?;
            p.t(Tok::Else)?;
            simple_stmt(p)?;
            Err(p.raise_at(a, "expected expression before 'if', but statement is given"))
        },
        bare_lambda(p, Tok::FStringMiddle, 'f'),
        bare_lambda(p, Tok::TStringMiddle, 't'),
    }
    memo(InvalidNamedExpression) invalid_named_expression {
        {
            let a = expression(p)?;
            p.t(Tok::ColonEqual)?;
            expression(p)?;
            Err(p.raise_at(a, format!("cannot use assignment expressions with {}", p.expr_name(a))))
        },
        {
            let a = p.name()?;
            p.t(Tok::Equal)?;
            let b = bitwise_or(p)?;
            p.not(|p| p.any(&[Tok::Equal, Tok::ColonEqual]))?;
            Err(p.raise_range(a, b, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"))
        },
        {
            p.not(|p| choice!(p;
                list(p), tuple(p), genexp(p), p.any(&[Tok::True, Tok::None, Tok::False])))?;
            let a = bitwise_or(p)?;
            p.t(Tok::Equal)?;
            bitwise_or(p)?;
            p.not(|p| p.any(&[Tok::Equal, Tok::ColonEqual]))?;
            let name = p.expr_name(a);
            Err(p.raise_at(a, format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?")))
        },
    }
    rule invalid_noteq {
        {
            let a = p.t(Tok::Less)?;
            let b = p.t(Tok::Greater)?;
            let (first, second) = (p.span(a), p.span(b));
            if first.end_lineno != second.lineno || first.end_col_offset != second.col_offset {
                return Err(Fail::Cut);
            }
            Err(p.raise_range(a, b, "invalid syntax.  Maybe you meant '!=' instead of '<>'?"))
        },
    }
    rule invalid_arithmetic {
        {
            sum(p)?;
            p.any(&[Tok::Plus, Tok::Minus, Tok::Star, Tok::Slash, Tok::Percent, Tok::DoubleSlash, Tok::At])?;
            let a = p.t(Tok::Not)?;
            let b = inversion(p)?;
            Err(p.raise_range(a, b, "'not' after an operator must be parenthesized"))
        },
    }
    rule invalid_factor {
        {
            p.any(&[Tok::Plus, Tok::Minus, Tok::Tilde])?;
            let a = p.t(Tok::Not)?;
            let b = factor(p)?;
            Err(p.raise_range(a, b, "'not' after an operator must be parenthesized"))
        },
    }
    rule invalid_group {
        {
            p.t(Tok::LPar)?;
            let a = starred_expression(p)?;
            p.t(Tok::RPar)?;
            Err(p.raise_at(a, "cannot use starred expression here"))
        },
        {
            p.t(Tok::LPar)?;
            let a = p.t(Tok::DoubleStar)?;
            expression(p)?;
            p.t(Tok::RPar)?;
            Err(p.raise_at(a, "cannot use double starred expression here"))
        },
    }
    rule invalid_for_if_clause {
        {
            p.opt(|p| p.t(Tok::Async))?;
            p.t(Tok::For)?;
            bitwise_or(p)?;
            p.star(|p| { comma(p)?; bitwise_or(p) })?;
            p.opt(comma)?;
            p.not(|p| p.t(Tok::In))?;
            Err(p.raise("'in' expected after for-loop variables"))
        },
    }
    rule invalid_comprehension {
        {
            p.any(&[Tok::LSqb, Tok::LPar, Tok::LBrace])?;
            let a = starred_expression(p)?;
            for_if_clauses(p)?;
            Err(p.raise_at(a, "iterable unpacking cannot be used in comprehension"))
        },
        {
            p.any(&[Tok::LSqb, Tok::LBrace])?;
            let a = star_named_expression(p)?;
            comma(p)?;
            let b = star_named_expressions(p)?;
            for_if_clauses(p)?;
            Err(p.raise_range(a, b, "did you forget parentheses around the comprehension target?"))
        },
        {
            p.any(&[Tok::LSqb, Tok::LBrace])?;
            let a = star_named_expression(p)?;
            let b = comma(p)?;
            for_if_clauses(p)?;
            Err(p.raise_range(a, b, "did you forget parentheses around the comprehension target?"))
        },
    }
    rule invalid_dict_comprehension {
        {
            p.t(Tok::LBrace)?;
            let a = p.t(Tok::DoubleStar)?;
            bitwise_or(p)?;
            for_if_clauses(p)?;
            p.t(Tok::RBrace)?;
            Err(p.raise_at(a, "dict unpacking cannot be used in dict comprehension"))
        },
    }
    rule invalid_double_starred_kvpairs {
        { p.gather(Tok::Comma, double_starred_kvpair)?; comma(p)?; invalid_kvpair(p) },
        starred_dict_value(p),
        missing_dict_value(p),
    }
    rule invalid_kvpair {
        {
            let a = expression(p)?;
            p.not(|p| p.t(Tok::Colon))?;
            let span = p.span(a);
            let column = span.end_col_offset - 1;
            Err(p.raise_columns(span.lineno, column, span.end_lineno, -1, "':' expected after dictionary key"))
        },
        starred_dict_value(p),
        missing_dict_value(p),
    }
}

fn starred_dict_value(p: &mut Engine<'_>) -> R {
    expression(p)?;
    p.t(Tok::Colon)?;
    let a = p.t(Tok::Star)?;
    bitwise_or(p)?;
    Err(p.raise_from(a, "cannot use a starred expression in a dictionary value"))
}

fn missing_dict_value(p: &mut Engine<'_>) -> R {
    expression(p)?;
    let a = p.t(Tok::Colon)?;
    p.look(|p| p.any(&[Tok::RBrace, Tok::Comma]))?;
    Err(p.raise_at(a, "expression expected after dictionary key and ':'"))
}

/// A lambda whose colon the f-string took for that of a format spec.
fn bare_lambda(p: &mut Engine<'_>, middle: Tok, letter: char) -> R {
    let a = p.t(Tok::Lambda)?;
    p.opt(lambda_params)?;
    let b = p.t(Tok::Colon)?;
    p.look(|p| p.t(middle))?;
    let message = format!("{letter}-string: lambda expressions are not allowed without parentheses");
    Err(p.raise_range(a, b, message))
}

/// What the guess about a forgotten comma must leave alone: wrong string prefixes and soft keywords.
fn name_string_or_soft_keyword(p: &mut Engine<'_>) -> R {
    choice!(p;
        { p.name()?; p.t(Tok::String) },
        {
            let token = p.here()?;
            if token.kind == Tok::Name && matches!(p.text(token), "_" | "case" | "match" | "type") {
                p.name()
            } else {
                Err(Fail::No)
            }
        },
    )
}

/// An expression, the error rules switched off below it.
fn expression_without_invalid(p: &mut Engine<'_>) -> R {
    let invalid = std::mem::replace(&mut p.invalid, false);
    let result = expression_without_invalid_body(p);
    p.invalid = invalid;
    result
}

/// The last of a sequence node.
pub(super) fn last_of(p: &Engine<'_>, seq: N) -> N {
    p.kids(seq).last().copied().unwrap_or(0)
}
