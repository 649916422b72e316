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

let package = Package(
    name: "IpelyaLive",
    platforms: [.iOS(.v15)],
    products: [.library(name: "IpelyaLive", targets: ["IpelyaLiveApple", "IpelyaLivePhone"])],
    targets: shims + [
        .target(name: "IpelyaLivePhone"),
        .target(
            name: "IpelyaLiveApple",
            dependencies: ["IpelyaLivePhone"] + frameworks,
            resources: [.copy("PrivacyInfo.xcprivacy")]
        ),
        .testTarget(name: "IpelyaLiveTests", dependencies: ["IpelyaLiveApple", "IpelyaLivePhone"] + frameworks),
    ]
)
