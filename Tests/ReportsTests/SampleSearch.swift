import Records

/// A made-up search with three hand-made networks.
func sampleSearch(
  networks count: Int = 12, references: Int = 3, names: (Int) -> String = { "decay-\(8 + $0)x1/2" }
) -> ArchitectureSearchRecord {
  let history = sampleHistory(epochs: 2)
  var settings = ArchitectureSearchRecord.Settings(
    space: .init(
      stages: 2, kinds: ["convolution", "decay"], widths: [8, 16], blocks: [1, 2], strides: [1, 2],
      linear: [0, 64]), batch: 1, population: 4, tournament: 2, seed: 3, threads: 1)
  (settings.latency, settings.certification) = (0.002, 0.01)
  var record = ArchitectureSearchRecord(
    version: "0.1.0", machine: history.run.machine, training: history.run.images.training,
    validation: .init(name: "cifar10 train, the last 200", count: 200, digest: "ab12"),
    settings: settings)
  (record.epsilon, record.methods, record.requested) = (8.0 / 255, ["ibp"], 12)
  record.recipe = "name: base\n# <not> \"HTML\"\n"
  record.command = ["surety", "search", "a b"]
  record.started = "2026-11-24T12:00:00Z"
  func network(_ number: Int, _ name: String, latency: Double, certified: Double)
    -> SearchedNetwork
  {
    var network = SearchedNetwork(number: number, name: name, choices: [number], status: .trained)
    network.times = .init(latency: latency, certification: 3 * latency)
    (network.parameters, network.epochs, network.seconds) = (1_000 * number, 5, 12.5)
    network.judged = .init(
      count: 200, cleanAccuracy: certified + 0.2, certifiedAccuracy: certified, seconds: 3)
    return network
  }
  for (place, name) in ["cnn-3", "cnn-5", "cnn-7:16"].prefix(references).enumerated() {
    record.references.append(
      network(
        place + 1, name, latency: [0.0004, 0.001, 0.0018][place],
        certified: [0.2, 0.31, 0.25][place]))
  }
  for number in 1...max(1, count) where count > 0 {
    var one = network(
      number, names(number), latency: 0.0005 + 0.0001 * Double(number * 5 % 12),
      certified: 0.15 + 0.02 * Double(number * 7 % 11))
    if number == 5 {
      (one.status, one.judged, one.seconds) = (.rejected, nil, nil)
      one.reason = "answers an image in 3 ms, of <2> that it may take"
    }
    if number == 8 {
      (one.status, one.judged, one.reason) = (.diverged, nil, "the loss is <b>nan")
    }
    record.networks.append(one)
  }
  if record.trained >= 11 { record.ended = "2026-11-24T13:10:00Z" }
  return record
}
