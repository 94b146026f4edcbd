import Foundation

/// Where, when, by what and with how much effort a run was made: what a reader needs to judge and to repeat it.
///
/// It is `circumstances` in `summary.json`. Results of different circumstances may stand in one file, as they do after a
/// run was resumed on another machine; the latest are kept, with the time of the first.
public struct RunCircumstances: Codable, Sendable, Hashable {
  /// The program and its arguments; nil for a run that another program made through the library.
  public var command: [String]?
  /// When the results were begun: date and time in UTC, such as `2026-11-24T12:00:00Z`.
  public var started: String
  /// When the latest of them were written.
  public var ended: String
  /// The machine.
  public var machine: MachineRecord
  /// The compilers and libraries.
  public var software: SoftwareRecord
  /// What may be spent on each example.
  public var effort: EffortRecord

  /// Creates a record of a run that begins and ends now.
  public init(machine: MachineRecord, software: SoftwareRecord, effort: EffortRecord) {
    self.machine = machine
    self.software = software
    self.effort = effort
    started = TrainingRun.time()
    ended = started
  }

  /// These circumstances as they stand after a run into a folder that may hold earlier results.
  ///
  /// A run that computed nothing leaves them as they were: to read a finished run again changes neither when nor by which
  /// command it was made. Only the command changes with the examples that are asked for.
  ///
  /// - Parameters:
  ///   - earlier: What the folder says; nil where it says nothing.
  ///   - computed: The results that were added.
  ///   - asksForOthers: Whether other examples were asked for than before.
  public func following(
    _ earlier: RunCircumstances?, computed: Int, asksForOthers: Bool
  ) -> RunCircumstances {
    var result = self
    result.ended = TrainingRun.time()
    guard let earlier else { return result }
    result.started = earlier.started
    guard computed == 0 else { return result }
    result = earlier
    if asksForOthers { result.command = command }
    return result
  }
}
