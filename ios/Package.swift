// swift-tools-version:6.0
import PackageDescription

/// Apple's frameworks, as far as the adapters use them, for machines that have none: see `Tests/Shims/README.md`.
#if os(Linux)
let shims: [Target] = [
    .target(name: "AVFoundation", path: "Tests/Shims/AVFoundation"),
    .target(name: "CallKit", dependencies: ["AVFoundation"], path: "Tests/Shims/CallKit"),
    .target(name: "PushKit", path: "Tests/Shims/PushKit"),
    .target(name: "MediaPlayer", path: "Tests/Shims/MediaPlayer"),
    .target(name: "Security", path: "Tests/Shims/Security"),
    .target(name: "UserNotifications", path: "Tests/Shims/UserNotifications"),
]
#else
let shims: [Target] = []
#endif
let frameworks = shims.map { Target.Dependency.target(name: $0.name) }

let core = Target.Dependency.product(name: "IpelyaLive", package: "swift")

let package = Package(
    name: "IpelyaLivePhone",
    platforms: [.iOS(.v16)],
    products: [.library(name: "IpelyaLivePhone", targets: ["IpelyaLiveApple", "IpelyaLivePhone"])],
    // The core, as `cargo xtask bindings swift` writes it.
    dependencies: [.package(path: "../bindings/swift")],
    targets: shims + [
        .target(name: "IpelyaLivePhone", dependencies: [core]),
        .target(
            name: "IpelyaLiveApple",
            dependencies: ["IpelyaLivePhone", core] + frameworks,
            resources: [.copy("PrivacyInfo.xcprivacy")]
        ),
        .testTarget(name: "IpelyaLiveTests", dependencies: ["IpelyaLiveApple", "IpelyaLivePhone", core] + frameworks),
    ]
)
