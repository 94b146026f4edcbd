// swift-tools-version: 6.1

import PackageDescription

// MARK: - System libraries

let systemLibraries: [Target] = [
  .systemLibrary(
    name: "COpenBLAS", pkgConfig: "openblas",
    providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
  // The same library; its header for LAPACK is not installed everywhere.
  .systemLibrary(
    name: "CLAPACK", pkgConfig: "openblas",
    providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
  // GLPK has no pkg-config file.
  .systemLibrary(name: "CGLPK", providers: [.apt(["libglpk-dev"]), .brew(["glpk"])]),
  .systemLibrary(
    name: "COpenSSL", pkgConfig: "libcrypto",
    providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
  .systemLibrary(
    name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
  .systemLibrary(
    name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
  .systemLibrary(
    name: "CJPEG", pkgConfig: "libjpeg",
    providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
]

// MARK: - The library, from the bottom up

let library: [Target] = [
  // Kernels that the Swift optimiser cannot vectorise: elementwise transcendentals and fused bound steps.
  .target(name: "CKernels"),
  // libjpeg and libpng report an error by a jump, which only C can catch.
  .target(name: "CPictures", dependencies: ["CJPEG", "CPNG"]),
  .target(name: "RandomNumbers"),
  .target(name: "Files", dependencies: ["CZlib"]),
  .target(name: "Digests", dependencies: ["COpenSSL", "Files"]),
  .target(name: "Tensors", dependencies: ["COpenBLAS", "CKernels"]),
  .target(name: "Differentiation", dependencies: ["Tensors"]),
  .target(name: "Networks", dependencies: ["Files", "RandomNumbers", "Tensors"]),
  .target(
    name: "ModelFiles",
    dependencies: [
      "Files", "Networks", "Tensors", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ]),
  .target(
    name: "Properties", dependencies: ["Files", .product(name: "BigInt", package: "BigInt")]),
  .target(
    name: "Proofs",
    dependencies: ["Files", "Properties", .product(name: "BigInt", package: "BigInt")]),
  // Loops of the checker, which shares none with the bounds.
  .target(name: "CChecking"),
  .target(
    name: "Checking",
    dependencies: [
      "CChecking", "COpenBLAS", "Digests", "Files", "ModelFiles", "Networks", "Proofs",
      "Properties", "Tensors",
    ]),
  .target(name: "Bounds", dependencies: ["Networks", "Properties", "Tensors"]),
  .target(
    name: "Attacks",
    dependencies: ["Networks", "Properties", "RandomNumbers", "Tensors"]),
  .target(
    name: "Lipschitz",
    dependencies: [
      "Attacks", "Bounds", "CLAPACK", "COpenBLAS", "Networks", "Properties", "RandomNumbers",
      "Tensors",
    ]),
  .target(
    name: "Search", dependencies: ["Bounds", "Files", "Networks", "Properties", "Tensors"]),
  .target(
    name: "Exact",
    dependencies: [
      .target(name: "CGLPK", condition: .when(traits: ["LinearPrograms"])), "Bounds", "Networks",
      "Properties", "Search", "Tensors",
    ]),
  .target(name: "Datasets", dependencies: ["CPictures", "Digests", "Files", "RandomNumbers"]),
  .target(name: "Records", dependencies: ["Files", "Properties"]),
  .target(
    name: "Training",
    dependencies: [
      "Bounds", "Records", "Datasets", "Differentiation", "Digests", "Files", "Lipschitz",
      "Networks", "RandomNumbers", "Tensors", .product(name: "Yams", package: "Yams"),
    ]),
  .target(
    name: "Federation", dependencies: ["Datasets", "Files", "Networks", "Tensors", "Training"]),
  // Loads MPI where it runs; linked with none.
  .target(name: "MessagePassing", dependencies: ["Federation", "Files"]),
  .target(name: "Reports", dependencies: ["Records", "Files"]),
  .target(
    name: "Surety",
    dependencies: [
      "Attacks", "Bounds", "Checking", "Records", "Datasets", "Digests",
      .target(name: "Exact", condition: .when(traits: ["LinearPrograms"])), "Federation", "Files",
      "Lipschitz", "MessagePassing", "ModelFiles", "Networks", "Proofs", "Properties",
      "RandomNumbers", "Reports", "Search", "Tensors", "Training",
    ]),
]

// MARK: - Programs

let programs: [Target] = [
  // What the two programs have in common that check certificates.
  .target(
    name: "CertificateFiles",
    dependencies: [
      "Checking", "Files", "Proofs",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ]),
  .executableTarget(
    name: "SuretyCommand",
    dependencies: [
      "CertificateFiles", "Surety",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "Logging", package: "swift-log"),
    ]),
  .executableTarget(
    name: "SuretyCheck",
    dependencies: [
      "CertificateFiles", "Files",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ]),
  .executableTarget(
    name: "SuretyBench",
    dependencies: [
      "CLAPACK", "Surety", .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ]),
]

// MARK: - Tests

let tests: [Target] = [
  .target(
    name: "TestSupport",
    dependencies: [
      "Networks", "Properties", "RandomNumbers", "Search", "Tensors",
      .product(name: "BigInt", package: "BigInt"),
    ],
    path: "Tests/TestSupport"),
  .testTarget(
    name: "TensorsTests", dependencies: ["CKernels", "COpenBLAS", "Tensors", "TestSupport"]),
  .testTarget(
    name: "DifferentiationTests",
    dependencies: ["Bounds", "Differentiation", "Networks", "TestSupport"]),
  .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers"]),
  .testTarget(name: "NetworksTests", dependencies: ["Files", "Networks", "TestSupport"]),
  .testTarget(name: "ModelFilesTests", dependencies: ["ModelFiles", "TestSupport"]),
  .testTarget(name: "FilesTests", dependencies: ["Digests", "Files", "TestSupport"]),
  .testTarget(name: "PropertiesTests", dependencies: ["Properties", "TestSupport"]),
  .testTarget(name: "ProofsTests", dependencies: ["Proofs", "Properties"]),
  .testTarget(
    name: "CheckingTests", dependencies: ["Bounds", "Checking", "ModelFiles", "TestSupport"]),
  .testTarget(name: "BoundsTests", dependencies: ["Bounds", "ModelFiles", "TestSupport"]),
  .testTarget(name: "AttacksTests", dependencies: ["Attacks", "TestSupport"]),
  .testTarget(
    name: "LipschitzTests", dependencies: ["Attacks", "Lipschitz", "Networks", "TestSupport"]),
  .testTarget(
    name: "SearchTests", dependencies: ["Attacks", "ModelFiles", "Search", "TestSupport"]),
  .testTarget(name: "ExactTests", dependencies: ["Exact", "Search", "TestSupport"]),
  .testTarget(
    name: "DatasetsTests", dependencies: ["Datasets", "Digests", "Files", "TestSupport"]),
  .testTarget(
    name: "TrainingTests",
    dependencies: [
      "CLAPACK", "Datasets", "Networks", "Records", "Digests", "Files", "Training", "TestSupport",
    ]),
  .testTarget(
    name: "FederationTests",
    dependencies: ["Datasets", "Federation", "Files", "Networks", "Training", "TestSupport"]),
  .testTarget(
    name: "ReportsTests", dependencies: ["CPNG", "Records", "Files", "Reports", "TestSupport"]),
  .testTarget(name: "EndToEndTests", dependencies: ["Surety", "TestSupport"]),
  .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"]),
]

// MARK: - Strict builds

// Continuous integration sets SURETY_STRICT, so that a warning in our own targets stops it. It is not the
// default, because a newer compiler with a new warning must not keep anyone from building a release.
if Context.environment["SURETY_STRICT"] != nil {
  for target in library + programs + tests {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-warnings-as-errors"])]
    target.cSettings = (target.cSettings ?? []) + [.unsafeFlags(["-Werror"])]
  }
}

// MARK: - Sanitized tests

// scripts/sanitize sets SURETY_SANITIZE: kernels and readers are tested with checks of memory and of undefined behaviour, and
// nothing else is compiled for it.
let sanitized: Set = [
  "TestSupport", "TensorsTests", "FilesTests", "ModelFilesTests", "PropertiesTests",
  "DatasetsTests",
]
let builtTests =
  Context.environment["SURETY_SANITIZE"] == nil
  ? tests : tests.filter { sanitized.contains($0.name) }

// MARK: - Fuzzing

// scripts/fuzz sets SURETY_FUZZ to libFuzzer's library. The readers are built with counters of what an input reaches then,
// and there is a program that feeds them; other builds know nothing of it.
var fuzzing: [Target] = []
if let libFuzzer = Context.environment["SURETY_FUZZ"] {
  for target in library {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer"])]
    target.cSettings = (target.cSettings ?? []) + [.unsafeFlags(["-fsanitize=fuzzer-no-link"])]
  }
  fuzzing = [
    .executableTarget(
      name: "SuretyFuzz",
      dependencies: ["Datasets", "Files", "ModelFiles", "Networks", "Properties", "Training"],
      path: "Tests/Fuzzing", linkerSettings: [.unsafeFlags([libFuzzer, "-lstdc++"])])
  ]
}

let package = Package(
  name: "surety",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Surety", targets: ["Surety"]),
    .executable(name: "surety", targets: ["SuretyCommand"]),
    .executable(name: "surety-check", targets: ["SuretyCheck"]),
    .executable(name: "surety-bench", targets: ["SuretyBench"]),
  ],
  traits: [
    .trait(
      name: "LinearPrograms",
      description: "Exact answers by linear programs on GLPK, which is under the GPL-3"),
    .default(enabledTraits: ["LinearPrograms"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    // Without its default traits: their flags change order from build to build, and each time it is compiled anew.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: systemLibraries + library + programs + builtTests + fuzzing,
  swiftLanguageModes: [.v6]
)
