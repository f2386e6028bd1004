// swift-tools-version:5.7
// Weft's C interface as a Swift package; Weft.xcframework is what xcframework.py assembles.
import PackageDescription

let package = Package(
  name: "Weft",
  products: [.library(name: "CWeft", targets: ["CWeft"])],
  targets: [.binaryTarget(name: "CWeft", path: "Weft.xcframework")]
)
