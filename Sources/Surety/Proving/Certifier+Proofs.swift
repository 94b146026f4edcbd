import Bounds
import Foundation
import Proofs
import Properties
import Records
import Synchronization
import Tensors

extension Certifier {
  /// Results with certificates of what they say, where there is one; several are looked for at a time.
  ///
  /// - Parameter isStopped: Asked all the time; what is said by then has no certificate where it is true.
  func proved(
    _ lines: [ResultLine], isStopped: @escaping @Sendable () -> Bool
  ) -> [ResultLine] {
    guard options.prover != nil, !lines.isEmpty else { return lines }
    let found = Mutex([String?](repeating: nil, count: lines.count))
    Workers.forEach(lines.count) { index in
      let certificate = isStopped() ? nil : certificate(of: lines[index], isStopped)
      found.withLock { $0[index] = certificate }
    }
    return zip(lines, found.withLock { $0 }).map { line, certificate in
      var line = line
      line.certificate = certificate
      return line
    }
  }

  /// The certificate of a result, as one line of JSON; nil where there is none.
  private func certificate(
    of line: ResultLine, _ isStopped: @escaping @Sendable () -> Bool
  ) -> String? {
    guard let prover = options.prover else { return nil }
    switch line.verdict {
    case .certified:
      guard let claim = claim(of: line, prover, .holds) else { return nil }
      let method = line.method.flatMap(BoundMethod.init)
      if method != .alphaCROWN,
        let found = prover.certificate(of: claim, by: prover.proofs(for: method ?? .crown))
      {
        return found.line
      }
      return certificate(of: claim, line, prover, isStopped)?.line
    case .violated:
      guard let claim = claim(of: line, prover, .violated), let input = line.counterexample?.input
      else { return nil }
      return prover.certificate(of: claim, by: inputs(input, around: line.example))?.line
    default: return nil
    }
  }

  /// A certificate by slopes and signs, looked for about as long as the example took.
  private func certificate(
    of claim: Proofs.Claim, _ line: ResultLine, _ prover: Prover,
    _ isStopped: @escaping @Sendable () -> Bool
  ) -> Certificate? {
    guard let property = try? property(of: line.example, label: line.label),
      let question = property.questions.first, property.questions.count == 1
    else { return nil }
    return prover.certificate(
      of: claim, by: question, in: decider.network,
      until: Date(timeIntervalSinceNow: 5 + 2 * line.seconds), isCancelled: isStopped)
  }

  /// What a result claims about the model file; nil where the format has no words for it.
  private func claim(
    of line: ResultLine, _ prover: Prover, _ verdict: Proofs.Claim.Verdict
  ) -> Proofs.Claim? {
    // The format knows pictures with channels first, and tables.
    guard !isMovedToChannelsLast, let epsilon = exactEpsilon else { return nil }
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
      else { return nil }
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
