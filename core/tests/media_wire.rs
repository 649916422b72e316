//! The hand-written part of the media library's schema is exactly what the installed library speaks.
#![cfg(feature = "prebuilt")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test picks out what it is about")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ipelya_core::media::prebuilt::schema::{self, FieldSchema};
use ipelya_devstack::install::Installation;
use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

const PACKAGE: &str = ".livekit.proto.";

/// What the installed library declares, by name without the package.
#[derive(Default)]
struct Installed {
    messages: BTreeMap<String, DescriptorProto>,
    enums: BTreeMap<String, EnumDescriptorProto>,
}

impl Installed {
    fn read() -> Self {
        let mut installed = Self::default();
        let folder = Installation::locate().livekit_ffi_descriptors();
        let Ok(entries) = std::fs::read_dir(&folder) else {
            panic!("{} isn't there: run `cargo xtask setup`", folder.display());
        };
        for entry in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if entry.to_string_lossy().ends_with("_pb2.py") {
                let file = descriptor(&entry);
                file.enum_type
                    .into_iter()
                    .for_each(|one| installed.add_enum("", one));
                file.message_type
                    .into_iter()
                    .for_each(|one| installed.add_message("", one));
            }
        }
        installed
    }

    fn add_enum(&mut self, scope: &str, one: EnumDescriptorProto) {
        self.enums.insert(format!("{scope}{}", one.name()), one);
    }

    fn add_message(&mut self, scope: &str, one: DescriptorProto) {
        let name = format!("{scope}{}", one.name());
        let inner = format!("{name}.");
        one.enum_type
            .iter()
            .for_each(|nested| self.add_enum(&inner, nested.clone()));
        one.nested_type
            .iter()
            .for_each(|nested| self.add_message(&inner, nested.clone()));
        self.messages.insert(name, one);
    }
}

/// The descriptor that a generated Python file holds as a literal of bytes.
fn descriptor(path: &Path) -> FileDescriptorProto {
    let found = std::fs::read_to_string(path).ok().and_then(|text| {
        let literal = text
            .split_once("AddSerializedFile(b'")?
            .1
            .split_once("')\n")?
            .0
            .to_owned();
        FileDescriptorProto::decode(unescape(&literal).as_slice()).ok()
    });
    let Some(descriptor) = found else {
        panic!("{} holds no descriptor", path.display());
    };
    descriptor
}

/// The bytes that a Python literal stands for.
fn unescape(literal: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = literal.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, used) = match (first, tail) {
            (b'\\', [b'x', high, low, ..]) => (hex(*high) << 4 | hex(*low), 4),
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [escaped @ (b'\\' | b'\'' | b'"'), ..]) => (*escaped, 2),
            (b'\\', unknown) => panic!("unknown escape {:?}", &unknown[..1]),
            (plain, _) => (*plain, 1),
        };
        bytes.push(byte);
        rest = &rest[used..];
    }
    bytes
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("{} is no hexadecimal digit", digit as char),
    }
}

/// A field in one line, as the library declares it.
fn theirs(field: &FieldDescriptorProto, message: &DescriptorProto) -> String {
    let label = match field.label() {
        Label::Optional => "optional",
        Label::Required => "required",
        Label::Repeated => "repeated",
    };
    let kind = match field.r#type() {
        Type::Bool => "bool",
        Type::Double => "double",
        Type::Enum => "enumeration",
        Type::Int64 => "int64",
        Type::Message => "message",
        Type::String => "string",
        Type::Uint32 => "uint32",
        Type::Uint64 => "uint64",
        other => other.as_str_name(),
    };
    let type_name = field
        .type_name
        .as_deref()
        .map(|name| name.trim_start_matches(PACKAGE));
    let oneof = field
        .oneof_index
        .map(|index| message.oneof_decl[index as usize].name());
    line(label, kind, type_name, field.name(), field.number() as u32, oneof)
}

/// A field in one line, as it is declared here.
fn ours(field: &FieldSchema) -> String {
    let name = field.name.trim_start_matches("r#");
    line(
        field.label,
        field.kind,
        field.type_name,
        name,
        field.number,
        field.oneof,
    )
}

fn line(
    label: &str,
    kind: &str,
    type_name: Option<&str>,
    name: &str,
    number: u32,
    oneof: Option<&str>,
) -> String {
    format!(
        "{label} {kind} {} {name} = {number} in {}",
        type_name.unwrap_or("-"),
        oneof.unwrap_or("-")
    )
}

#[test]
fn every_field_is_what_the_library_speaks() {
    let installed = Installed::read();
    let (mut messages, mut fields) = (0, 0);
    for message in schema::messages() {
        let Some(theirs_of_it) = installed.messages.get(message.name) else {
            panic!("the library has no message {}", message.name);
        };
        for field in message.fields {
            let theirs = theirs_of_it
                .field
                .iter()
                .find(|theirs| theirs.number() == field.number as i32);
            let theirs = theirs.map(|field| self::theirs(field, theirs_of_it));
            assert_eq!(Some(ours(field)), theirs, "{}", message.name);
            fields += 1;
        }
        messages += 1;
    }
    println!("{messages} messages, {fields} fields");
    assert!(messages > 90 && fields > 190, "the schema table is empty");
}

#[test]
fn every_value_of_every_enum_is_what_the_library_speaks() {
    let installed = Installed::read();
    for ours in schema::enums() {
        let Some(theirs) = installed.enums.get(ours.name) else {
            panic!("the library has no enum {}", ours.name);
        };
        let theirs: BTreeSet<_> = theirs
            .value
            .iter()
            .map(|value| (value.name(), value.number()))
            .collect();
        assert_eq!(
            ours.values.iter().copied().collect::<BTreeSet<_>>(),
            theirs,
            "{}",
            ours.name
        );
    }
}

#[test]
fn whatever_is_sent_has_every_required_field() {
    let installed = Installed::read();
    let declared: BTreeMap<_, _> = schema::messages()
        .map(|message| (message.name, message))
        .collect();
    let (mut to_visit, mut sent) = (vec!["FfiRequest"], BTreeSet::new());
    while let Some(name) = to_visit.pop() {
        if sent.insert(name) {
            let messages = declared[name]
                .fields
                .iter()
                .filter(|field| field.kind == "message");
            to_visit.extend(messages.filter_map(|field| field.type_name));
        }
    }
    for name in sent {
        for required in installed.messages[name]
            .field
            .iter()
            .filter(|field| field.label() == Label::Required)
        {
            let found = declared[name]
                .fields
                .iter()
                .any(|field| field.number as i32 == required.number());
            assert!(found, "{name} lacks {}", required.name());
        }
    }
}
