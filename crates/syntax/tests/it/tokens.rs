//! Tokens as `_tokenize` gives them.

use taipan_syntax::lex::tokenize::TokenSource;

fn tokens(source: &str) -> Vec<String> {
    TokenSource::new(source, true)
        .tokens()
        .map(|t| match t {
            Ok(t) => format!("{} {:?} {:?}-{:?} {:?}", t.kind, t.string, t.start, t.end, t.line),
            Err(e) => format!("{:?} {}", e.kind, e.message),
        })
        .collect()
}

#[test]
fn comments_blank_lines_and_layout() {
    assert_eq!(
        tokens("if x:\n  a # c\n\n  # d\nb"),
        [
            r#"1 "if" (1, 0)-(1, 2) "if x:\n""#,
            r#"1 "x" (1, 3)-(1, 4) "if x:\n""#,
            r#"55 ":" (1, 4)-(1, 5) "if x:\n""#,
            r#"4 "\n" (1, 5)-(1, 6) "if x:\n""#,
            r#"5 "  " (2, 0)-(2, 2) "  a # c\n""#,
            r#"1 "a" (2, 2)-(2, 3) "  a # c\n""#,
            r##"65 "# c" (2, 4)-(2, 7) "  a # c\n""##,
            r#"4 "\n" (2, 7)-(2, 8) "  a # c\n""#,
            r#"66 "\n" (3, 0)-(3, 1) "\n""#,
            r##"65 "# d" (4, 2)-(4, 5) "  # d\n""##,
            r#"66 "\n" (4, 5)-(4, 6) "  # d\n""#,
            r#"6 "" (5, 0)-(5, 0) "b""#,
            r#"1 "b" (5, 0)-(5, 1) "b""#,
            r#"4 "" (5, 1)-(5, 2) "b""#,
            r#"0 "" (6, 0)-(6, 0) """#,
        ]
    );
}

#[test]
fn f_strings_and_columns_in_characters() {
    assert_eq!(
        tokens("'é' + f'{x!r:>{y}}'\n"),
        [
            r#"3 "'é'" (1, 0)-(1, 3) "'é' + f'{x!r:>{y}}'\n""#,
            r#"55 "+" (1, 4)-(1, 5) "'é' + f'{x!r:>{y}}'\n""#,
            r#"59 "f'" (1, 6)-(1, 8) "'é' + f'{x!r:>{y}}'\n""#,
            r#"55 "{" (1, 8)-(1, 9) "'é' + f'{x!r:>{y}}'\n""#,
            r#"1 "x" (1, 9)-(1, 10) "'é' + f'{x!r:>{y}}'\n""#,
            r#"55 "!" (1, 10)-(1, 11) "'é' + f'{x!r:>{y}}'\n""#,
            r#"1 "r" (1, 11)-(1, 12) "'é' + f'{x!r:>{y}}'\n""#,
            r#"55 ":" (1, 12)-(1, 13) "'é' + f'{x!r:>{y}}'\n""#,
            r#"60 ">" (1, 13)-(1, 14) "'é' + f'{x!r:>{y}}'\n""#,
            r#"55 "{" (1, 14)-(1, 15) "'é' + f'{x!r:>{y}}'\n""#,
            r#"1 "y" (1, 15)-(1, 16) "'é' + f'{x!r:>{y}}'\n""#,
            r#"55 "}" (1, 16)-(1, 17) "'é' + f'{x!r:>{y}}'\n""#,
            r#"60 "" (1, 17)-(1, 17) "'é' + f'{x!r:>{y}}'\n""#,
            r#"55 "}" (1, 17)-(1, 18) "'é' + f'{x!r:>{y}}'\n""#,
            r#"61 "'" (1, 18)-(1, 19) "'é' + f'{x!r:>{y}}'\n""#,
            r#"4 "\n" (1, 19)-(1, 20) "'é' + f'{x!r:>{y}}'\n""#,
            r#"0 "" (2, 0)-(2, 0) """#,
        ]
    );
}

#[test]
fn errors_end_the_tokens() {
    let last = |source| tokens(source).pop().expect("a token");
    assert_eq!(last("("), "Syntax unexpected EOF in multi-line statement");
    assert_eq!(last("'abc"), "Syntax unterminated string literal (detected at line 1)");
    assert_eq!(last("if x:\n  a\n b"), "Indentation unindent does not match any outer indentation level");
    assert_eq!(last("0xz"), "Syntax invalid hexadecimal literal");
}
