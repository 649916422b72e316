// swift-tools-version:5.9
import Foundation
import PackageDescription

/// For phones: what `cargo xtask build-ios` makes. Where it isn't: the library of this machine, which `cargo xtask bindings swift` builds.
let framework = "IpelyaLiveFFI.xcframework"
let library: Target = FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + framework)
    ? .binaryTarget(name: "IpelyaLiveFFI", path: framework)
    : .systemLibrary(name: "IpelyaLiveFFI")

let package = Package(
    name: "IpelyaLive",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "IpelyaLive", targets: ["IpelyaLive"])],
    targets: [
        library,
        .target(name: "IpelyaLive", dependencies: ["IpelyaLiveFFI"]),
        // One side of a call between processes; the other one speaks another language.
        .executableTarget(name: "CallProcess", dependencies: ["IpelyaLive"], path: "Tests/CallProcess"),
        .testTarget(name: "IpelyaLiveTests", dependencies: ["IpelyaLive"]),
    ]
)
