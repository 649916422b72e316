//! What is spoken with LiveKit's FFI library: exactly the part of its protobuf schema that is used.
//!
//! Nothing here is generated from LiveKit's `.proto` files; `core/tests/media_wire.rs` compares the
//! schema table with the descriptors of the installed library. Fields that aren't declared are
//! skipped on reading. Every handle that a message carries is owned by that message ([`Handle`]).

mod declare;
mod enums;
mod envelope;
mod frame;
mod room;
mod room_event;
mod stats;
mod track;

pub use enums::*;
pub use envelope::*;
pub use frame::*;
pub use room::*;
pub use room_event::*;
pub use stats::*;
pub use track::*;

pub use super::handles::{Handle, RoomHandle};

/// A message as it is declared here.
#[derive(Clone, Copy, Debug)]
pub struct MessageSchema {
    /// Name in LiveKit's schema, without the package; nested names with a dot.
    pub name: &'static str,
    /// The declared fields.
    pub fields: &'static [FieldSchema],
}

/// A field as it is declared here.
#[derive(Clone, Copy, Debug)]
pub struct FieldSchema {
    /// Name; a Rust keyword carries `r#`.
    pub name: &'static str,
    /// Field number.
    pub number: u32,
    /// `required`, `optional` or `repeated`.
    pub label: &'static str,
    /// A scalar type of protobuf, `message` or `enumeration`.
    pub kind: &'static str,
    /// Name of the message or of the enum.
    pub type_name: Option<&'static str>,
    /// Name of the oneof that the field is part of.
    pub oneof: Option<&'static str>,
}

/// An enum as it is declared here; all of its values.
#[derive(Clone, Copy, Debug)]
pub struct EnumSchema {
    /// Name in LiveKit's schema, without the package.
    pub name: &'static str,
    /// Names and numbers.
    pub values: &'static [(&'static str, i32)],
}

/// Every message that is declared here.
pub fn messages() -> impl Iterator<Item = &'static MessageSchema> {
    [
        envelope::MESSAGES,
        frame::MESSAGES,
        room::MESSAGES,
        room_event::MESSAGES,
        stats::MESSAGES,
        track::MESSAGES,
    ]
    .into_iter()
    .flatten()
}

/// Every enum that is declared here.
pub fn enums() -> impl Iterator<Item = &'static EnumSchema> {
    enums::ENUMS.iter()
}
