import Files
import Foundation

/// The file `metrics.jsonl`: a line for each epoch, on the disk before the next one begins.
///
/// A last line that was cut off by a crash is dropped when the log is opened.
public final class MetricsLog {
  /// The file.
  public let path: String
  /// The epochs so far, in their order.
  public private(set) var epochs: [EpochRecord]
  private let file: FileHandle

  /// Opens a log, making it when missing, and drops the epochs that will be done again.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - finished: The epochs that are done: those of the checkpoint from which the run goes on, 0 for a new run.
  /// - Throws: `InputError` when the file cannot be read or written, or a line is no epoch.
  public init(_ path: String, keeping finished: Int) throws(InputError) {
    self.path = path
    let content = FileManager.default.fileExists(atPath: path) ? try readFile(path) : Data()
    let parsed = try JSONLines<EpochRecord>(content, path: path, kind: "an epoch")
    // Lines are in order, so those to keep are the first.
    let count = parsed.lines.prefix { $0.epoch <= finished }.count
    epochs = Array(parsed.lines.prefix(count))
    file = try openLog(path, keeping: count == 0 ? 0 : parsed.ends[count - 1])
  }

  deinit { try? file.close() }

  /// Reads the epochs of a log without changing it.
  ///
  /// - Throws: `InputError` as opening does.
  public static func epochs(of path: String) throws(InputError) -> [EpochRecord] {
    try JSONLines<EpochRecord>(readFile(path), path: path, kind: "an epoch").lines
  }

  /// Adds an epoch and waits until it is on the disk.
  ///
  /// - Throws: `InputError` when a number of it is not finite, the disk is full, or the file is gone.
  /// - Precondition: The epoch comes after those of the log.
  public func append(_ epoch: EpochRecord) throws(InputError) {
    precondition(
      epoch.epoch > epochs.last?.epoch ?? 0, "epoch \(epoch.epoch) after \(epochs.count) others")
    try appendLine(epoch, to: file, path: path)
    epochs.append(epoch)
  }
}

/// A training run from its beginning: what the report shows.
public struct TrainingHistory: Sendable, Hashable {
  /// What the run is about.
  public var run: TrainingRun
  /// Its epochs, in their order.
  public var epochs: [EpochRecord]

  /// Creates a history.
  public init(run: TrainingRun, epochs: [EpochRecord]) {
    self.run = run
    self.epochs = epochs
  }

  /// The seconds of all batches, judging not counted.
  public var seconds: Double {
    epochs.reduce(0) { $0 + $1.trainingSeconds(images: run.images.training.count) }
  }

  /// Reads `run.json` and `metrics.jsonl` of a folder.
  ///
  /// - Throws: `InputError` when either is missing or damaged.
  public init(folder: String) throws(InputError) {
    run = try TrainingRun(contentsOf: "\(folder)/run.json")
    epochs = try MetricsLog.epochs(of: "\(folder)/metrics.jsonl")
  }
}
