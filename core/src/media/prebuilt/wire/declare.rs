//! One declaration of a message or an enum yields both the `prost` type and its row in the schema
//! table, so that what is compared with LiveKit's descriptors is what goes over the wire.

/// The Rust type of a field.
macro_rules! field_type {
    (required message $message:ident) => { $message };
    (optional message $message:ident) => { Option<$message> };
    (repeated message $message:ident) => { Vec<$message> };
    (required enumeration $enum:ident) => { i32 };
    (optional enumeration $enum:ident) => { Option<i32> };
    (repeated enumeration $enum:ident) => { Vec<i32> };
    (required $scalar:ident) => { field_type!($scalar) };
    (optional $scalar:ident) => { Option<field_type!($scalar)> };
    (repeated $scalar:ident) => { Vec<field_type!($scalar)> };
    (bool) => { bool };
    (double) => { f64 };
    (int64) => { i64 };
    (string) => { String };
    (uint32) => { u32 };
    (uint64) => { u64 };
}

/// Declares messages: `label kind<Message>(Enum) name = tag;`, then `| oneof: RustEnum { kind name = tag => Variant; }`.
macro_rules! messages {
    ($(
        $(#[$meta:meta])*
        $name:ident = $proto:literal {
            $($label:ident $kind:ident $(<$message:ident>)? $(($enum:ident))? $field:ident = $tag:tt;)*
            $(| $oneof:ident: $oneof_type:ident {
                $($o_kind:ident $(<$o_message:ident>)? $o_field:ident = $o_tag:tt => $variant:ident;)*
            })?
        }
    )*) => {
        $(
            $(#[$meta])*
            #[derive(prost::Message)]
            pub struct $name {
                $(
                    #[prost($kind $(($enum))?, $label, tag = $tag)]
                    pub $field: field_type!($label $kind $($message)? $($enum)?),
                )*
                $(
                    #[prost(oneof($oneof_type), tags($($o_tag),*))]
                    pub $oneof: Option<$oneof_type>,
                )?
            }

            impl $name {
                /// The name in LiveKit's schema, without the package.
                pub const PROTO: &'static str = $proto;
            }

            $(
                #[doc = concat!("`", stringify!($oneof), "` of `", $proto, "`.")]
                #[derive(prost::Oneof)]
                pub enum $oneof_type {
                    $(
                        #[prost($o_kind, tag = $o_tag)]
                        $variant(field_type!(required $o_kind $($o_message)?)),
                    )*
                }
            )?
        )*

        /// What this file declares.
        pub const MESSAGES: &[$crate::media::prebuilt::wire::MessageSchema] = &[$(
            $crate::media::prebuilt::wire::MessageSchema {
                name: $name::PROTO,
                fields: &[
                    $($crate::media::prebuilt::wire::FieldSchema {
                        name: stringify!($field),
                        number: $tag,
                        label: stringify!($label),
                        kind: stringify!($kind),
                        type_name: [$(Some($message::PROTO),)? $(Some($enum::PROTO),)? None][0],
                        oneof: None,
                    },)*
                    $($($crate::media::prebuilt::wire::FieldSchema {
                        name: stringify!($o_field),
                        number: $o_tag,
                        label: "optional",
                        kind: stringify!($o_kind),
                        type_name: [$(Some($o_message::PROTO),)? None][0],
                        oneof: Some(stringify!($oneof)),
                    },)*)?
                ],
            },
        )*];
    };
}

/// Declares enums: `Variant = number "NAME";`.
macro_rules! enums {
    ($(
        $(#[$meta:meta])*
        $name:ident = $proto:literal { $($variant:ident = $number:literal $value:literal;)* }
    )*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
            #[repr(i32)]
            pub enum $name { $(
                #[doc = $value]
                $variant = $number,
            )* }

            impl $name {
                /// The name in LiveKit's schema, without the package.
                pub const PROTO: &'static str = $proto;
            }
        )*

        /// What this file declares.
        pub const ENUMS: &[$crate::media::prebuilt::wire::EnumSchema] = &[$(
            $crate::media::prebuilt::wire::EnumSchema {
                name: $name::PROTO,
                values: &[$(($value, $number),)*],
            },
        )*];
    };
}

pub(super) use {enums, field_type, messages};
