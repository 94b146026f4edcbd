/// A module and the modules it may import.
struct Room: Sendable {
  var name: String
  /// Modules of this package.
  var imports: Set<String>
  /// Libraries from outside: system libraries and Swift packages.
  var libraries: Set<String> = []
}

/// The architecture: every module, from the bottom up, and the only edges there may be.
///
/// A module may import modules above it in this list and no others, so there is no cycle. A new edge is a
/// decision: add it here and to `docs/architecture.md`, with the reason in the commit.
let rooms: [Room] = [
  Room(name: "CKernels", imports: []),
  Room(name: "CPictures", imports: [], libraries: ["CJPEG", "CPNG"]),
  Room(name: "RandomNumbers", imports: []),
  Room(name: "Files", imports: [], libraries: ["CZlib"]),
  Room(name: "Digests", imports: ["Files"], libraries: ["COpenSSL"]),
  Room(name: "Tensors", imports: ["CKernels"], libraries: ["COpenBLAS"]),
  Room(name: "Differentiation", imports: ["Tensors"]),
  Room(name: "Networks", imports: ["Files", "RandomNumbers", "Tensors"]),
  Room(
    name: "ModelFiles", imports: ["Files", "Networks", "Tensors"], libraries: ["SwiftProtobuf"]),
  Room(name: "Properties", imports: ["Files"], libraries: ["BigInt"]),
  Room(name: "Proofs", imports: ["Files", "Properties"], libraries: ["BigInt"]),
  Room(name: "CChecking", imports: []),
  Room(
    name: "Checking",
    imports: [
      "CChecking", "Digests", "Files", "ModelFiles", "Networks", "Proofs", "Properties", "Tensors",
    ],
    libraries: ["COpenBLAS"]),
  Room(name: "Bounds", imports: ["Networks", "Properties", "Tensors"]),
  Room(name: "Attacks", imports: ["Networks", "Properties", "RandomNumbers", "Tensors"]),
  Room(
    name: "Lipschitz",
    imports: ["Attacks", "Bounds", "Networks", "Properties", "RandomNumbers", "Tensors"],
    libraries: ["CLAPACK", "COpenBLAS"]),
  Room(name: "Search", imports: ["Bounds", "Files", "Networks", "Properties", "Tensors"]),
  Room(
    name: "Exact", imports: ["Bounds", "Networks", "Properties", "Search", "Tensors"],
    libraries: ["CGLPK"]),
  Room(name: "Datasets", imports: ["CPictures", "Digests", "Files", "RandomNumbers"]),
  Room(name: "Records", imports: ["Files", "Properties"]),
  Room(
    name: "Training",
    imports: [
      "Bounds", "Records", "Datasets", "Differentiation", "Digests", "Files", "Lipschitz",
      "Networks", "RandomNumbers", "Tensors",
    ],
    libraries: ["Yams"]),
  // What is averaged and who computes what; it knows messages, and not what carries them.
  Room(
    name: "Federation", imports: ["Datasets", "Files", "Networks", "Tensors", "Training"]),
  Room(name: "MessagePassing", imports: ["Federation", "Files"]),
  Room(name: "Reports", imports: ["Records", "Files"]),
  Room(
    name: "Surety",
    imports: [
      "Attacks", "Bounds", "Checking", "Records", "Datasets", "Digests", "Exact", "Federation",
      "Files", "Lipschitz", "MessagePassing", "ModelFiles", "Networks", "Proofs", "Properties",
      "RandomNumbers", "Reports", "Search", "Tensors", "Training",
    ]),
  // The checker sees nothing of what searches and bounds.
  Room(
    name: "CertificateFiles", imports: ["Checking", "Files", "Proofs"],
    libraries: ["ArgumentParser"]),
  // Programs see the library through its umbrella.
  Room(
    name: "SuretyCommand", imports: ["CertificateFiles", "Surety"],
    libraries: ["ArgumentParser", "Logging"]),
  Room(
    name: "SuretyCheck", imports: ["CertificateFiles", "Files"], libraries: ["ArgumentParser"]),
  Room(
    name: "SuretyBench", imports: ["Surety"], libraries: ["ArgumentParser", "CLAPACK"]),
]

/// Folders of `Sources` that hold a module map for a system library and no code.
let systemLibraries: Set = ["CGLPK", "CJPEG", "CLAPACK", "COpenBLAS", "COpenSSL", "CPNG", "CZlib"]

/// What comes with Swift or the operating system, and any module may import.
let platformModules: Set = [
  "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc",
  "Musl",
  "Swift", "Synchronization",
]
