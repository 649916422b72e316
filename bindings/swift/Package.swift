// swift-tools-version:5.9
import PackageDescription

// On a host: over the library of this machine, which `cargo xtask bindings swift` builds. Apple's platforms get an XCFramework.
let package = Package(
    name: "IpelyaLive",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "IpelyaLive", targets: ["IpelyaLive"])],
    targets: [
        .systemLibrary(name: "IpelyaLiveFFI"),
        .target(name: "IpelyaLive", dependencies: ["IpelyaLiveFFI"]),
        // One side of a call between processes; the other one speaks another language.
        .executableTarget(name: "CallProcess", dependencies: ["IpelyaLive"], path: "Tests/CallProcess"),
        .testTarget(name: "IpelyaLiveTests", dependencies: ["IpelyaLive"]),
    ]
)
