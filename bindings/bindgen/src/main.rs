//! UniFFI's generator, as this workspace pins it: `cargo xtask bindings` calls it.

fn main() {
    uniffi::uniffi_bindgen_main();
}
