//! Integration tests of the integer algorithms.
mod repr;
