//! The operations: each takes its operands, the context and the status to add its conditions to.

pub mod add;
pub mod compare;
pub mod div;
pub mod integral;
pub mod logical;
pub mod mul;
pub mod next;
pub mod power;
pub mod quantize;
pub mod scale;
pub mod sqrt;
