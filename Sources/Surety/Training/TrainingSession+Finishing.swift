import Digests
import Files
import Foundation
import ModelFiles
import Networks
import Records
import Training

extension TrainingSession {
  /// The radii at which the final network is judged, as parts of the recipe's, smallest first.
  private var radii: [Double] {
    let full = recipe.epsilon.test
    return full > 0 ? [0.25, 0.5, 0.75, 1, 1.5].map { full * $0 } : [0]
  }

  /// Writes the model and what is to be known of it.
  ///
  /// - Parameters:
  ///   - isStopped: Asked between the parts of the certification, which ends early when it says so.
  ///   - report: Called after each part.
  func finish(
    isStopped: () -> Bool, _ report: (Progress) -> Void
  ) throws -> TrainingStatus {
    let network = trainer.result(
      state, epoch: max(0, state.batches / trainer.batches.batchesPerEpoch - 1))
    guard network.parameters.allSatisfy({ $0.value.isFinite }) else {
      return try end(.diverged, reason: "a weight of the final network is not finite")
    }
    let path = "\(folder)/model.onnx"
    try network.write(toONNX: path)
    let digest = try sha256(ofFile: path)
    run.modelDigest = digest
    let evaluation = try Evaluation(network, on: test)
    var judged: [EvaluationRecord] = []
    for (place, radius) in radii.enumerated() {
      onStage(
        "judging the network on \(test.count) test images, radius \(place + 1) of \(radii.count)")
      guard let record = try evaluation.record(epsilon: radius, unless: isCancelled) else {
        return try end(.stopped, reason: "stopped while the final network was judged")
      }
      judged.append(record)
    }
    run.radii = judged
    if recipe.evaluation.certified > 0 {
      // Of the file, so that what is certified is what was written.
      let training = epochs.reduce(0) { $0 + $1.seconds }
      var options = CertifierOptions(epsilon: radii.last ?? 0)
      options.methods = recipe.evaluation.methods
      options.memory = memory
      options.onStage = { [onStage] in onStage("certifying test images: \($0)") }
      let certification = try FinalCertification(
        Certifying(Network(contentsOf: path), digest: digest, options: options), on: test,
        first: recipe.evaluation.certified,
        seconds: recipe.evaluation.certificationSeconds(afterTraining: training), radii: radii)
      let record = try certification.run(
        isStopped: isStopped, isCancelled: isCancelled
      ) { step in
        var progress = progress(secondsLeft: 0)
        progress.certification = step
        report(progress)
      }
      if !acceptsPartialCertification, record.count < record.requested, isStopped() || isCancelled()
      {
        return try end(.stopped, reason: "stopped while the final network was certified")
      }
      run.certification = record
    }
    return try end(.finished, reason: cutShort)
  }

  /// Why the last epochs are missing; nil where none is.
  private var cutShort: String? {
    guard let timeLimit, state.batches < trainer.batchCount else { return nil }
    return String(
      format: "its time of %.6g s was over after epoch %d of %d", timeLimit,
      epochs.last?.epoch ?? 0,
      recipe.epochs)
  }

  /// Records how the run ended.
  func end(_ status: TrainingStatus, reason: String?) throws -> TrainingStatus {
    run.status = status
    run.reason = reason
    run.ended = TrainingRun.time()
    try run.write(to: "\(folder)/run.json")
    try writeReport()
    return status
  }
}
