// The umbrella: `import Surety` is all that a program needs.
@_exported import Attacks
@_exported import Bounds
@_exported import Datasets
@_exported import Digests
@_exported import Federation
@_exported import Files
@_exported import Lipschitz
@_exported import MessagePassing
@_exported import ModelFiles
@_exported import Networks
@_exported import Properties
@_exported import RandomNumbers
@_exported import Records
@_exported import Reports
@_exported import Search
@_exported import Tensors
@_exported import Training

/// Facts about this release.
public enum Release {
  /// The version of the library and of the program.
  public static let version = "0.1.0"
}
