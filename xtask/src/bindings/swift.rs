//! Makes a Swift package of what UniFFI writes, with the cancellation that UniFFI 0.32 leaves out: see
//! `docs/decisions/0081-swift-cancellation.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::generate::renew;

const HEADERS: [&str; 2] = ["IpelyaLiveFFI", "IpelyaLiveCoreFFI"];
const SOURCES: [&str; 2] = ["IpelyaLive.swift", "IpelyaLiveCore.swift"];

/// What is replaced in the code of a call that waits, and by what.
const CANCELLATION: [(&str, &str); 4] = [
    (
        "    freeFunc: (UInt64) -> (),\n    liftFunc:",
        "    freeFunc: (UInt64) -> (),\n    cancelFunc: @escaping @Sendable (UInt64) -> (),\n    liftFunc:",
    ),
    (
        "        pollResult = await withUnsafeContinuation {",
        "        pollResult = await withTaskCancellationHandler { await withUnsafeContinuation {",
    ),
    (
        "                uniffiContinuationHandleMap.insert(obj: $0)\n            )\n        }\n",
        "                uniffiContinuationHandleMap.insert(obj: $0)\n            )\n        } } onCancel: { cancelFunc(rustFuture) }\n",
    ),
    (
        "fatalError(\"Cancellation not supported yet\")",
        "throw CancellationError()",
    ),
];

/// Puts the generated files where the package expects them.
pub(super) fn package(generated: &Path, sources: &Path) -> Result<()> {
    let (code, headers) = (
        sources.join("IpelyaLive/Generated"),
        sources.join("IpelyaLiveFFI"),
    );
    renew(&code)?;
    renew(&headers)?;
    for name in SOURCES {
        let text =
            fs::read_to_string(generated.join(name)).with_context(|| format!("{name} wasn't generated"))?;
        let waits = text.contains("func uniffiRustCallAsync");
        let text = if waits { cancellable(&text)? } else { text };
        fs::write(code.join(name), text)?;
    }
    let mut modules = String::new();
    for name in HEADERS {
        let header = format!("{name}.h");
        fs::copy(generated.join(&header), headers.join(&header))?;
        modules.push_str(&format!(
            "module {name} {{\n    header \"{header}\"\n    link \"ipelya\"\n    export *\n}}\n"
        ));
    }
    fs::write(headers.join("module.modulemap"), modules)?;
    Ok(())
}

/// Cancelling a Swift task gives up the Rust future that it waits for.
fn cancellable(text: &str) -> Result<String> {
    let mut text = text.to_owned();
    for (from, to) in CANCELLATION {
        let places = text.matches(from).count();
        ensure!(places == 1, "UniFFI writes other Swift: {places} times `{from}`");
        text = text.replace(from, to);
    }
    ensure!(
        !text.contains("try! await uniffiRustCallAsync"),
        "a call that waits must be able to throw, or cancelling it would end the app"
    );
    let mut result = String::with_capacity(text.len());
    for line in text.lines() {
        result.push_str(line);
        result.push('\n');
        if let Some(free) = line.trim().strip_prefix("freeFunc: ffi_") {
            let cancel = free.replacen("_rust_future_free_", "_rust_future_cancel_", 1);
            result.push_str(&format!(
                "            cancelFunc: {{ ffi_{}($0) }},\n",
                cancel.trim_end_matches(',')
            ));
        }
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "func uniffiRustCallAsync(\n    freeFunc: (UInt64) -> (),\n    liftFunc: x) {\n        pollResult = await withUnsafeContinuation {\n                uniffiContinuationHandleMap.insert(obj: $0)\n            )\n        }\n        fatalError(\"Cancellation not supported yet\")\n}\n    try await uniffiRustCallAsync(\n            freeFunc: ffi_ipelya_rust_future_free_u64,\n";

    #[test]
    fn every_call_that_waits_can_be_cancelled() {
        let text = cancellable(WRITTEN).unwrap();
        assert!(
            text.contains("cancelFunc: { ffi_ipelya_rust_future_cancel_u64($0) },"),
            "{text}"
        );
        assert!(text.contains("onCancel: { cancelFunc(rustFuture) }"), "{text}");
        assert!(!text.contains("fatalError"), "{text}");
    }

    #[test]
    fn other_code_than_is_known_is_refused() {
        let other = WRITTEN.replace("withUnsafeContinuation", "withCheckedContinuation");
        assert!(cancellable(&other).is_err());
        let fatal = WRITTEN.replace("try await uniffi", "try! await uniffi");
        assert!(cancellable(&fatal).is_err());
    }
}
