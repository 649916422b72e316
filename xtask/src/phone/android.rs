//! Android: `libipelya.so` for each processor, what calls it, and WebRTC's Java part.

use super::plan::{Need, Plan, Step};
use crate::repository;

/// The names of Gradle, and Rust's.
const PROCESSORS: [(&str, &str); 3] = [
    ("arm64-v8a", "aarch64-linux-android"),
    ("armeabi-v7a", "armv7-linux-androideabi"),
    ("x86_64", "x86_64-linux-android"),
];
/// The library's `minSdk`.
const PLATFORM: &str = "26";
/// Phones with pages of 16 KiB load no library whose segments are aligned to less; those with 4 KiB load both.
const PAGES: &str = "-C link-arg=-Wl,-z,max-page-size=16384";
const LIBRARIES: &str = "android/src/main/jniLibs";
/// WebRTC's Java part, of the very version that is linked.
const JAR: &str = "android/libs/libwebrtc.jar";

pub(super) fn plan() -> Plan {
    let targets = PROCESSORS
        .iter()
        .flat_map(|(processor, _)| ["--target".to_owned(), (*processor).to_owned()]);
    let build = Step::new("cargo", ["ndk"])
        .with(targets)
        .with(["--platform", PLATFORM, "--output-dir", LIBRARIES, "--", "build"].map(str::to_owned))
        .of_the_library()
        .env("RUSTFLAGS", PAGES)
        // bindings/build.rs puts it there.
        .env(
            "IPELYA_LIBWEBRTC_JAR",
            &repository().join(JAR).display().to_string(),
        );
    Plan {
        needs: vec![
            Need {
                probe: &["cargo", "ndk", "--version"],
                remedy: "cargo-ndk: `cargo install cargo-ndk`",
            },
            Need {
                probe: &["sh", "-c", "test -d \"$ANDROID_NDK_HOME\""],
                remedy: "the Android NDK, r28 or newer, with its folder in ANDROID_NDK_HOME",
            },
            Need {
                probe: &[
                    "sh",
                    "-c",
                    "rustup target list --installed | grep -q aarch64-linux-android",
                ],
                remedy: "Rust's targets: `rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android`",
            },
        ],
        steps: vec![
            Step::new("mkdir", ["-p", "android/libs"]),
            build,
            Step::new("cargo", ["xtask", "bindings", "kotlin"]),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> String {
        plan().lines().join("\n")
    }

    #[test]
    fn every_processor_gets_a_library_that_loads_with_large_pages() {
        let lines = lines();
        for (processor, _) in PROCESSORS {
            assert!(lines.contains(&format!("--target {processor}")), "{lines}");
        }
        assert!(lines.contains("max-page-size=16384"), "{lines}");
        assert!(lines.contains("--profile phone"), "{lines}");
    }

    #[test]
    fn the_platform_is_the_librarys_own() {
        let gradle = include_str!("../../../android/build.gradle.kts");
        assert!(gradle.contains(&format!("minSdk = {PLATFORM}")));
    }

    #[test]
    fn webrtcs_java_part_comes_from_the_build_that_links_it() {
        let build = include_str!("../../../bindings/build.rs");
        assert!(build.contains("\"IPELYA_LIBWEBRTC_JAR\""));
        assert!(lines().contains(&format!("{JAR} cargo ndk")), "{}", lines());
    }

    #[test]
    fn rusts_targets_are_all_told_of() {
        let plan = plan();
        let remedies: String = plan.needs.iter().map(|need| need.remedy).collect();
        assert!(PROCESSORS.iter().all(|(_, target)| remedies.contains(target)));
    }
}
