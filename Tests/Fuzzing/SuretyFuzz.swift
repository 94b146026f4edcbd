import Files
import Foundation
import ModelFiles
import Networks
import Properties
import Training

@testable import Datasets

/// Calls libFuzzer, whose library `scripts/fuzz` links.
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Feeds a reader with what libFuzzer makes: `SuretyFuzz READER`, then options of libFuzzer and folders of seeds.
///
/// A reader refuses bad files with `InputError`. Anything else that ends it - a trap, a crash in a C library, memory or time
/// without limit - is a bug, which libFuzzer reports with the bytes that caused it.
@main
enum SuretyFuzz {
  /// The readers of files that come from elsewhere.
  enum Reader: String, CaseIterable {
    case onnx, vnnlib, recipe, npy, png, checkpoint
  }

  /// The reader that was asked for.
  static let reader = CommandLine.arguments.dropFirst().first.flatMap(Reader.init)

  /// What readers that take no bytes read.
  static let file = FileManager.default.temporaryDirectory
    .appendingPathComponent("surety-fuzz-\(ProcessInfo.processInfo.processIdentifier)")

  static func main() {
    guard reader != nil else {
      print("usage: SuretyFuzz READER ..., one of", Reader.allCases.map(\.rawValue))
      exit(2)
    }
    // libFuzzer must not take the reader's name for a folder of seeds.
    var arguments = [CommandLine.unsafeArgv[0]]
    for index in 2..<max(2, Int(CommandLine.argc)) {
      arguments.append(CommandLine.unsafeArgv[index])
    }
    var count = CInt(arguments.count)
    arguments.append(nil)
    let status = arguments.withUnsafeMutableBufferPointer { buffer in
      var base = buffer.baseAddress
      return runFuzzer(&count, &base) { bytes, count in
        SuretyFuzz.feed(Data(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
      }
    }
    try? FileManager.default.removeItem(at: file)
    exit(status)
  }

  /// Reads bytes as a file of the reader's kind.
  private static func feed(_ bytes: Data) {
    do {
      switch reader {
      case .onnx: _ = try Network(parsingONNX: bytes, source: "input").simplified()
      case .vnnlib: _ = try Property(parsing: bytes, source: "input").untied()
      case .recipe: _ = try Recipe(yaml: String(decoding: bytes, as: UTF8.self), source: "input")
      case .npy: _ = try NumpyArray([UInt8](bytes), path: "input")
      case .png:
        try bytes.write(to: file)
        _ = try PNGImage(path: file.path)
      case .checkpoint: _ = try TensorArchive(bytes, source: "input", digest: .optional)
      case nil: break
      }
    } catch {
      precondition(error is InputError, "\(error) is no InputError")
    }
  }
}
