import Records

/// A training run that can be followed, stopped and resumed, whatever is trained.
public protocol TrainingCourse: AnyObject {
  /// The record of the run.
  var run: TrainingRun { get }
  /// The epochs that are done.
  var epochs: [EpochRecord] { get }
  /// Whether the folder's run was finished when the session was made; there is nothing to do then.
  var wasFinished: Bool { get }
  /// Asked in the middle of long steps, where `train` cannot ask its caller; the run stops when this says true.
  var isCancelled: @Sendable () -> Bool { get set }
  /// Told what is being done where that takes long, in a few words, for a line of progress.
  var onStage: @Sendable (String) -> Void { get set }
  /// Notes in the folder that the run was stopped; for a thread that ends the program in the middle of a step.
  var markingStopped: @Sendable () -> Void { get }
  /// Trains to the end, or until `isStopped` says so.
  func train(
    isStopped: () -> Bool, _ report: (TrainingSession.Progress) -> Void
  ) throws -> TrainingStatus
}

extension TrainingSession: TrainingCourse {}
extension TextSession: TrainingCourse {}
