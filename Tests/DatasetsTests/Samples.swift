import Foundation
import Testing

@testable import Datasets

/// Large inputs that are not part of the package.
enum Shared {
  static let root = ProcessInfo.processInfo.environment["SURETY_SHARED"] ?? "../shared"
  static let mnist = "\(root)/datasets/mnist"
  static let needsMNIST = ConditionTrait.enabled(
    if: FileManager.default.fileExists(atPath: mnist), "no datasets/mnist under SURETY_SHARED")
  static let cifar10 = (ProcessInfo.processInfo.environment["SURETY_DATA"] ?? "data") + "/cifar10"
  static let needsCIFAR10 = ConditionTrait.enabled(
    if: FileManager.default.fileExists(atPath: cifar10), "no cifar10 under SURETY_DATA")
}

/// Bytes of small files in the formats that are read.
enum Sample {
  /// An IDX file of unsigned bytes.
  static func idx(magic: UInt32? = nil, shape: [UInt32], _ values: [UInt8]) -> [UInt8] {
    ([magic ?? 0x0800 + UInt32(shape.count)] + shape).flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    } + values
  }

  /// A `.npy` file of version 1 with a header as NumPy writes it.
  static func npy(_ type: String, _ shape: String, _ body: [UInt8], fortran: Bool = false)
    -> [UInt8]
  {
    let order = fortran ? "True" : "False"
    let header = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n"
    return [0x93] + "NUMPY".utf8 + [1, 0, UInt8(header.utf8.count), 0] + header.utf8 + body
  }

  static func little(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  static func little(_ values: [Double]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  static func little(_ values: [Int64]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }

  /// Records of CIFAR-10; pixel `p` of record `r` is `r + p` modulo 256.
  static func cifar10(labels: [UInt8]) -> [UInt8] {
    labels.enumerated().flatMap { record, label in
      [label] + (0..<3_072).map { UInt8(truncatingIfNeeded: record + $0) }
    }
  }

  /// What bytes are read as: the bytes over 255.
  static func pixels(_ bytes: UInt8...) -> [Float] { bytes.map { Float($0) / 255 } }

  static func base64(_ text: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
  }
}

/// PNG files and an array written by Pillow and NumPy: 3 wide, 2 high, the values 0, 51, ... 255.
extension Sample {
  static let grayPNG = base64(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNkMDZmmHnmPwAGowLM1hIFRgAAAABJRU5ErkJg
    gg==
    """)
  /// The first plane is that of the gray file; the second has its rows swapped, the third is inverted.
  static let colourPNG = base64(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAHUlEQVR4nGNkmPnf2PissfFZhpkMaWeMjf+nMQAATY0HlvqC
    Hx8AAAAASUVORK5CYII=
    """)
  static let palettePNG = base64(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAMAAAACBAMAAABvWnspAAAAElBMVEUAmf8zzMxm/5mZAGbMMzP/ZgASOX4tAAAADklEQVR4
    nGNklGcxlgEAARsAdRHJZj8AAAAASUVORK5CYII=
    """)
  /// One bit per pixel: 0 0 1, 1 1 1.
  static let bitPNG = base64(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQAAAAC1D1u3AAAADElEQVR4nGNQYHgAAAFEAQFdKvHKAAAAAElFTkSuQmCC")
  static let transparentPNG = base64(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAIklEQVR4nAXBAQEAMAjDsF5TPeFpnkDTnjxS9NSTMFndDv15
    dgpgCl2H9AAAAABJRU5ErkJggg==
    """)
  static let deepPNG = base64(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAMAAAACEAAAAADoj+WFAAAAFklEQVR4nGNkYDA2NjZmmDnzzJn//wEW0gWWM1Vt+wAAAABJ
    RU5ErkJggg==
    """)
  /// `[[0, 0.25, 0.5], [0.75, 1, 0.125]]` as float32.
  static let numpyFile = base64(
    """
    k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAg
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPgAAAD8AAEA/
    AACAPwAAAD4=
    """)
}
