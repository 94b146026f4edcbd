import Bounds
import Foundation
import Proofs
import Properties
import Records
import Synchronization
import Tensors

extension Certifier {
  /// Results with certificates of what they say, where there is one, or why there is none; several are looked for at a time.
  ///
  /// - Parameter isStopped: Asked all the time; what is said by then has no certificate where it is true.
  func proved(
    _ lines: [ResultLine], isStopped: @escaping @Sendable () -> Bool
  ) -> [ResultLine] {
    let found = Mutex(lines)
    Workers.forEach(lines.count) { index in
      guard [.certified, .violated].contains(lines[index].verdict) else { return }
      let line = proved(lines[index], isStopped)
      found.withLock { $0[index] = line }
    }
    return found.withLock { $0 }
  }

  private func proved(
    _ line: ResultLine, _ isStopped: @escaping @Sendable () -> Bool
  ) -> ResultLine {
    var line = line
    guard let prover = options.prover else {
      line.proof = options.withoutProver.map { ProofRecord(missing: $0) }
      return line
    }
    let begin = Date()
    let limits = ProofLimits(
      seconds: ProofLimits.seconds(within: options.timeout?.seconds, after: line.seconds),
      isCancelled: isStopped)
    do throws(NoCertificate) {
      let certificate = try certificate(of: line, prover, limits)
      line.certificate = certificate.line
      line.proof = ProofRecord(
        meaning: certificate.claim.meanings.map(\.rawValue),
        seconds: Date().timeIntervalSince(begin))
    } catch {
      line.proof = ProofRecord(missing: error.words, seconds: Date().timeIntervalSince(begin))
    }
    return line
  }

  /// The certificate of a result.
  ///
  /// - Throws: `NoCertificate` where there is none.
  private func certificate(
    of line: ResultLine, _ prover: Prover, _ limits: ProofLimits
  ) throws(NoCertificate) -> Certificate {
    try limits.check()
    guard line.verdict == .certified else {
      guard let input = line.counterexample?.input else { throw .insufficient }
      return try prover.certificate(
        of: claim(of: line, prover, .violated), by: inputs(input, around: line.example), limits)
    }
    let claim = try claim(of: line, prover, .holds)
    let method = line.method.flatMap(BoundMethod.init)
    var problem = NoCertificate.insufficient
    if [Stage.constants.name, Stage.joined.name].contains(line.method) {
      do throws(NoCertificate) {
        return try prover.certificate(
          of: claim, by: prover.proofsByConstants(claim), limits)
      } catch {
        // Where a map is too large to be written out, lines may show the same.
        if error == .late || error == .interrupted { throw error }
      }
    }
    // Optimised slopes decide what the usual ones do not.
    if method != .alphaCROWN {
      do throws(NoCertificate) {
        return try prover.certificate(of: claim, by: prover.proofs(for: method ?? .crown), limits)
      } catch {
        if error.isFinal { throw error }
        problem = error
      }
    }
    do throws(NoCertificate) {
      // Slopes and signs, for the one question that an example has.
      guard let property = try? property(of: line.example, label: line.label),
        let question = property.questions.first, property.questions.count == 1
      else { throw problem }
      return try prover.certificate(of: claim, by: question, in: decider.network, limits)
    } catch {
      // That it holds for exact reals says more than that signs did not help.
      throw error == .insufficient ? problem : error
    }
  }

  /// What a result claims about the model file.
  ///
  /// - Throws: `NoCertificate` where the format has no words for it.
  private func claim(
    of line: ResultLine, _ prover: Prover, _ verdict: Proofs.Claim.Verdict
  ) throws(NoCertificate) -> Proofs.Claim {
    // The format knows pictures with channels first, and tables.
    guard !isMovedToChannelsLast else {
      throw .refused("the format has no words for channels that come last")
    }
    guard let epsilon = exactEpsilon else {
      throw .refused("the format has no words for this distance")
    }
    var pixels = InputRegion.Pixels(center: center(line.example), epsilon: epsilon)
    pixels.norm =
      switch options.norm {
      case .infinity: .infinity
      case .two: .two
      case .one: .one
      }
    pixels.lowest = images.range.map { ExactNumber($0.lowerBound) }
    pixels.highest = images.range.map { ExactNumber($0.upperBound) }
    if options.normalization != .none {
      // The shortest decimal of a float is what was typed.
      pixels.mean = options.normalization.mean.compactMap { ExactNumber("\($0)") }
      pixels.deviation = options.normalization.std.compactMap { ExactNumber("\($0)") }
      guard pixels.mean.count == options.normalization.mean.count,
        pixels.deviation.count == options.normalization.std.count
      else { throw .refused("the format has no words for this normalisation") }
    }
    let what = verdict == .holds ? "No input" : "An input"
    return Proofs.Claim(
      network: .init(
        sha256: prover.network.sha256, input: prover.network.input, output: prover.network.output),
      meanings: [.real], region: .pixels(pixels), property: violation(of: line), verdict: verdict,
      words: "\(what) within \(epsilon) (\(options.norm.rawValue)) of example \(line.example) of "
        + "\(run.data) gets another label than \(line.label)")
  }

  /// The violation: another class, or the other side of the threshold of a network of one output.
  private func violation(of line: ResultLine) -> OutputProperty {
    guard let threshold = run.threshold else { return .label(line.label) }
    let sign: Double = line.label == 1 ? 1 : -1
    return .conditions([
      [
        .init(
          outputs: [.init(0, ExactNumber(sign))], bound: ExactNumber(sign * threshold),
          // An output that is exactly the threshold is class 0.
          isStrict: line.label == 0)
      ]
    ])
  }

  /// The distance as it was written, or the double that was read.
  private var exactEpsilon: ExactNumber? {
    options.epsilonText.flatMap { ExactNumber($0) } ?? ExactNumber(options.epsilon)
  }

  /// The values of an example, as bytes over 255 where they are that.
  private func center(_ example: Int) -> Proofs.NumberArray {
    let values = images.image(example)
    let bytes = values.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }
    if zip(bytes, values).allSatisfy({ Float($0) / 255 == $1 }), let scale = ExactNumber("1/255") {
      return Proofs.NumberArray(bytes, scale: scale)
    }
    return Proofs.NumberArray(values)
  }

  /// A violation as the network reads it: as it is, and a little nearer to the example, where rounding is not to lead out of
  /// the region.
  private func inputs(_ pixels: [Double], around example: Int) -> [Proof] {
    let center = images.image(example).map(Double.init)
    let normalization = options.normalization
    let size = max(1, pixels.count / max(1, images.shape[0]))
    func read(_ index: Int, _ value: Double) -> Double {
      guard normalization != .none else { return value }
      let channel = index / size
      func own(_ values: [Float]) -> Double { Double(values[values.count == 1 ? 0 : channel]) }
      return (value - own(normalization.mean)) / own(normalization.std)
    }
    return [0, 0x1p-30, 0x1p-16, 0x1p-10].flatMap { part in
      let moved = pixels.indices.map { read($0, pixels[$0] + part * (center[$0] - pixels[$0])) }
      return [
        Proof.counterexample(Proofs.NumberArray(moved.map { Float($0) })),
        Proof.counterexample(Proofs.NumberArray(moved)),
      ]
    }
  }
}
