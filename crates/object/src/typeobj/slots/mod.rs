//! Slots and dunder methods: one table (`defs`) ties them together in both directions.
//!
//! Built-in types fill slots, and `ready` makes a wrapper descriptor for each (`wrap`). Python classes define dunders, and `update` fills the slot with
//! a dispatcher (`dispatch`) that calls the dunder, or with the wrapped C function itself when the dunder found is a wrapper for exactly this slot.

pub mod buffer;
pub mod defs;
pub mod dispatch;
pub mod update;
pub mod wrap;

pub use defs::{SLOT_DEFS, SlotDef};
