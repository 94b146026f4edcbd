// swift-tools-version: 6.1

import PackageDescription

// Programs that use the library as any other package does. `make examples` runs them against the library that
// `make build` has built; `swift run --package-path Examples CertifyModel` builds everything anew, which takes minutes.
let package = Package(
  name: "surety-examples",
  platforms: [.macOS(.v15)],
  dependencies: [
    // In a package of your own: .package(url: "...", from: "0.1.0")
    .package(name: "surety", path: "..")
  ],
  targets: ["CertifyModel", "BoundsAsValues", "TrainNetwork", "CustomOperation"].map {
    .executableTarget(
      name: $0, dependencies: [.product(name: "Surety", package: "surety")])
  },
  swiftLanguageModes: [.v6]
)
