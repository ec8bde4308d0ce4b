//! Tests of the lexer, parser and error pass against recorded answers of CPython (`oracle/record.py`).

mod fuzz;
mod recorded;
mod tokens;
