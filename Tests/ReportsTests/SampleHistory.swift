import Foundation
import Records
import TestSupport

/// A made-up training run that looks like a real one: a CNN-7 on CIFAR-10 with a short ramp.
func sampleHistory(epochs count: Int = 25, layers: Int = 6) -> TrainingHistory {
  var random = SplitMix64(seed: 3)
  func noise(_ size: Double) -> Double { .random(in: -size...size, using: &random) }
  var epochs: [EpochRecord] = []
  for number in 1...max(1, count) where count > 0 {
    let progress = Double(number) / Double(count)
    let ramp = min(1, max(0, (Double(number) - 1) / Double(max(1, count * 14 / 25))))
    var epoch = EpochRecord(
      epoch: number, loss: 1.55 + 0.75 * pow(ramp, 0.5) - 0.25 * progress + noise(0.02))
    epoch.seconds = 15 + noise(1)
    epoch.imagesPerSecond = 705 + noise(30)
    epoch.epsilon = 8.0 / 255 * (ramp < 0.25 ? pow(ramp / 0.25, 4) / 13 : (ramp - 0.1875) / 0.8125)
    epoch.learningRate = number <= count * 4 / 5 ? 5e-4 : number <= count * 23 / 25 ? 1e-4 : 2e-5
    epoch.cleanLoss = 1.5 + 0.5 * ramp - 0.2 * progress + noise(0.02)
    epoch.robustLoss = number > 1 ? epoch.loss - 0.3 * (1 - ramp) * 0.5 : nil
    epoch.regularizer = ramp < 1 ? 0.9 * (1 - ramp) + 0.02 : nil
    epoch.gradientNorm = 40 * exp(-4 * progress) + 2 + noise(0.3)
    epoch.cleanAccuracy = 0.46 - 0.16 * ramp + 0.04 * progress + noise(0.005)
    epoch.verifiedAccuracy = 0.44 - 0.21 * ramp + noise(0.005)
    epoch.test = EvaluationRecord(
      count: 2_000, epsilon: epoch.epsilon, cleanAccuracy: 0.47 - 0.17 * ramp + noise(0.01),
      verifiedAccuracy: 0.45 - 0.215 * ramp + noise(0.01))
    if number > 1 {
      epoch.layers = (1...max(1, layers)).map { layer in
        let depth = Double(layer) / Double(layers)
        return LayerRecord(
          name: layer <= 5 ? "conv\(layer).relu" : "linear\(layer - 5).relu",
          width: 1.2 + 2_000 * depth * depth * exp(-9 * progress) + 0.8 * depth,
          active: 0.30 - 0.15 * depth + 0.02 * progress,
          inactive: 0.35 + 0.45 * depth * progress)
      }
    }
    epochs.append(epoch)
  }
  let digest = String(repeating: "3fa9", count: 16)
  var run = TrainingRun(
    version: "0.1.0",
    recipe: """
      name: cifar10-8-small
      method: fast
      seed: 1
      epochs: 25
      batch: 128
      data:
        name: cifar10
        first: 10000
        flip: true
      # <not> "HTML" & such
      epsilon:
        test: 8/255
      """, seed: 1,
    images: RunImages(
      training: ImagesRecord(name: "cifar10 train", count: 10_000, digest: digest),
      test: ImagesRecord(name: "cifar10 test", count: 2_000, digest: digest)
    ),
    machine: MachineRecord(
      processor: "AMD EPYC (example)", cores: 2, memory: 24 << 30, system: "Debian 12"))
  run.started = "2026-11-24T12:00:00Z"
  run.ended = count > 0 ? "2026-11-24T12:06:40Z" : nil
  run.status = count > 0 ? .finished : .running
  run.parameters = 278_026
  if count > 0 {
    run.modelDigest = digest
    run.radii = [0, 1, 2, 3, 4, 6, 8, 10, 12].map { (parts: Double) in
      EvaluationRecord(
        count: 2_000, epsilon: parts / 255, cleanAccuracy: 0.31,
        verifiedAccuracy: 0.31 * exp(-parts / 30) - 0.002 * parts,
        attackAccuracy: 0.31 * exp(-parts / 38) - 0.001 * parts)
    }
  }
  run.software = SoftwareRecord(compiler: "Swift 6.3, Clang", openBLAS: "OpenBLAS 0.3 (example)")
  if count > 0 {
    run.certification = CertificationRecord(
      methods: ["ibp", "crown"], arithmetic: "float32", requested: 200, count: 160, seconds: 60,
      radii: [2, 4, 6, 8, 12].map { (parts: Double) in
        CertificationRecord.Radius(
          epsilon: parts / 255, cleanAccuracy: 0.32, attackAccuracy: 0.32 * exp(-parts / 36),
          certifiedAccuracy: 0.32 * exp(-parts / 33))
      })
  }
  return TrainingHistory(run: run, epochs: epochs)
}
