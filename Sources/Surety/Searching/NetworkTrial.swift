import Bounds
import Datasets
import Digests
import Files
import Foundation
import Networks
import Records
import Training

/// The trial of one network: measured, trained if it is within the budgets, and judged.
struct NetworkTrial {
  /// How a trial is followed and stopped.
  struct Following {
    /// Asked after every batch.
    var isStopped: () -> Bool
    /// Asked in the middle of long steps.
    var isCancelled: @Sendable () -> Bool
    /// Told the epoch under way, counted from 1, and the epochs.
    var onEpoch: (Int, Int) -> Void
    /// Told what is being done.
    var onStage: @Sendable (String) -> Void
  }

  /// The recipe.
  let recipe: Recipe
  /// The options of the search.
  let options: ArchitectureSearchOptions
  /// Whether the budgets are asked.
  let isLimited: Bool
  /// The images to train on and to judge by.
  let training: ImageSet
  let validation: ImageSet
  /// The bytes that bounds may use.
  let memory: Int

  /// The seconds that the certification of the validation images may take unless the recipe says otherwise.
  static let certificationSeconds = 600.0

  /// Tries the network.
  ///
  /// - Parameters:
  ///   - result: What is known; the rest is set.
  ///   - model: Where the model is written.
  /// - Returns: Whether the trial came to its end; a trial that did not counts for nothing.
  /// - Throws: `InputError` when the model cannot be written.
  func run(
    _ result: inout SearchedNetwork, model: String, _ following: Following
  ) throws -> Bool {
    let network: Network
    do {
      network = try TrainingSession.network(recipe, for: training)
    } catch let error as InputError {
      result.reason = error.description
      return true
    }
    following.onStage("measuring \(result.name)")
    measure(network, &result, following)
    if following.isCancelled() { return false }
    guard result.reason == nil else { return true }
    guard let trainer = trainer(network, &result) else { return true }
    guard let trained = try train(trainer, &result, following) else {
      return result.status == .diverged
    }
    try trained.write(toONNX: model)
    result.modelDigest = try sha256(ofFile: model)
    following.onStage("certifying \(result.name)")
    // Of the file, so that what is certified is what was written.
    let judged = try judgement(
      Network(contentsOf: model), digest: result.modelDigest ?? "", following)
    guard !following.isCancelled() else { return false }
    result.status = .trained
    if judged.count > 0 {
      result.judged = judged
    } else {
      result.reason = "there was no time to certify an image"
    }
    return true
  }

  // MARK: Budgets

  /// Measures the network, and says which budget it exceeds.
  private func measure(
    _ network: Network, _ result: inout SearchedNetwork, _ following: Following
  ) {
    let timer = NetworkTimer(
      images: validation, batch: options.batch, epsilon: recipe.epsilon.test,
      methods: recipe.evaluation.methods, memory: memory, isCancelled: following.isCancelled)
    var times = SearchedNetwork.Times(latency: timer.latency(of: network))
    result.times = times
    if isLimited, let budget = options.latency, times.latency > budget {
      result.reason = Self.excess("answers an image", times.latency, budget)
      return
    }
    let budget = isLimited ? options.certification : nil
    do throws(Unsupported) {
      times.certification = try timer.certification(of: network, budget: budget)
    } catch {
      result.reason = error.description
      return
    }
    result.times = times
    if let budget, let seconds = times.certification, seconds > budget {
      result.reason = Self.excess("bounds an image", seconds, budget)
    }
  }

  private static func excess(_ what: String, _ seconds: Double, _ budget: Double) -> String {
    String(format: "%@ in %.3g ms, of %.3g that it may take", what, 1e3 * seconds, 1e3 * budget)
  }

  // MARK: Training

  /// A trainer, with as many epochs as fit where there is a time; nil, with the reason, where the network cannot be trained.
  private func trainer(
    _ network: Network, _ result: inout SearchedNetwork
  ) -> Trainer? {
    do throws(InputError) {
      var trainer = try Trainer(recipe, network, on: training)
      result.parameters = trainer.trainableParameterCount
      if let time = options.time {
        let pace = trainer.secondsPerEpoch(measuredFor: min(1, time / 10))
        let epochs = Int(min(0.95 * time / pace, 1_000_000))
        guard epochs >= 1 else {
          result.reason = String(
            format: "an epoch takes %.3g s, of %.3g that its training may take", pace, time)
          return nil
        }
        trainer = try Trainer(recipe.scaled(toEpochs: epochs), network, on: training)
      }
      result.epochs = trainer.recipe.epochs
      return trainer
    } catch {
      result.reason = error.description
      return nil
    }
  }

  /// Trains to the end; nil where that was stopped or led to no network.
  private func train(
    _ trainer: Trainer, _ result: inout SearchedNetwork, _ following: Following
  ) throws -> Network? {
    var state = trainer.initialState
    let perEpoch = trainer.batches.batchesPerEpoch
    let reader = trainer.batches.reader(upTo: trainer.recipe.epochs)
    defer { reader.stop() }
    var seconds = 0.0
    do {
      while state.batches < trainer.batchCount, let batch = reader.next() {
        if state.batches % perEpoch == 0 {
          following.onEpoch(state.batches / perEpoch + 1, trainer.recipe.epochs)
          if let time = options.time, seconds >= time { break }
        }
        let begin = ContinuousClock.now
        try trainer.train(batch, &state)
        seconds += (ContinuousClock.now - begin) / .seconds(1)
        if state.batches % perEpoch == 0 {
          try trainer.checkFinite(state)
          state.totals = EpochTotals()
        }
        if following.isStopped() { return nil }
      }
    } catch let divergence as Divergence {
      (result.status, result.reason) = (.diverged, divergence.description)
      (result.seconds, result.epochs) = (seconds, state.batches / perEpoch)
      return nil
    }
    (result.seconds, result.epochs) = (seconds, state.batches / perEpoch)
    let network = trainer.result(state, epoch: max(0, state.batches / perEpoch - 1))
    guard network.parameters.allSatisfy({ $0.value.isFinite }) else {
      (result.status, result.reason) = (.diverged, "a weight of the network is not finite")
      return nil
    }
    return network
  }

  // MARK: Judgement

  /// What the certifier shows on the validation images.
  private func judgement(
    _ network: Network, digest: String, _ following: Following
  ) throws(InputError) -> SearchedNetwork.Judgement {
    var certifying = CertifierOptions(epsilon: recipe.epsilon.test)
    certifying.methods = recipe.evaluation.methods
    certifying.memory = memory
    // What an attack finds changes nothing that networks are chosen by.
    certifying.attackSteps = 0
    let certifier = try Certifier(
      network, modelDigest: digest, images: validation, options: certifying)
    let begin = ContinuousClock.now
    let end = begin + .seconds(recipe.evaluation.seconds ?? Self.certificationSeconds)
    let isCancelled = following.isCancelled
    var lines: [ResultLine] = []
    try certifier.certify(
      Array(0..<validation.count), isStopped: { isCancelled() || ContinuousClock.now >= end }
    ) { (line) throws(InputError) in
      lines.append(line)
    }
    let summary = Summary(
      of: lines, run: certifier.run, version: Release.version, model: "",
      requested: validation.count)
    return SearchedNetwork.Judgement(
      count: summary.count, cleanAccuracy: summary.cleanAccuracy ?? 0,
      certifiedAccuracy: summary.certifiedAccuracy ?? 0,
      seconds: (ContinuousClock.now - begin) / .seconds(1))
  }
}
