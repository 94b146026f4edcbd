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

/// What may be spent on each example, on which it depends what stays undecided.
public struct EffortRecord: Codable, Sendable, Hashable {
  /// The time limit of an example in seconds; nil for none.
  public var timeout: Double?
  /// The steps of each descent of the attack; 0 for no attack.
  public var attackSteps: Int
  /// The descents from different starts for each other class.
  public var attackRestarts: Int
  /// Where the random numbers of the attack start.
  public var seed: UInt64

  enum CodingKeys: String, CodingKey {
    case timeout = "timeout_s"
    case attackSteps = "attack_steps"
    case attackRestarts = "attack_restarts"
    case seed
  }

  /// Creates a record.
  public init(timeout: Double?, attackSteps: Int, attackRestarts: Int, seed: UInt64) {
    self.timeout = timeout
    self.attackSteps = attackSteps
    self.attackRestarts = attackRestarts
    self.seed = seed
  }

  /// Whether counterexamples are searched for at all.
  public var hasAttack: Bool { attackSteps > 0 && attackRestarts > 0 }

  /// Names what differs from another effort, which it is not.
  func difference(from other: EffortRecord) -> String {
    if timeout != other.timeout {
      return other.timeout.map { "a time limit of \($0) s" } ?? "no time limit"
    }
    if seed != other.seed { return "seed \(other.seed)" }
    return "\(other.attackSteps) steps and \(other.attackRestarts) restarts of the attack"
  }
}
