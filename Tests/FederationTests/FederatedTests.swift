import Datasets
import Federation
import Foundation
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("Rounds of clients")
struct FederatedTests {
  static let normalized =
    "architecture: mlp, hidden: [16], normalization: full, statistics: running"
  static let standardized =
    "architecture: cnn-3, width: 4, normalization: none, weights: scaled-weight-standardization"

  /// Trainers on the first images of domains.
  private func trainers(
    _ network: String, _ domains: [String], first: [Int]
  ) throws -> [Trainer] {
    try zip(domains, first).map { domain, first in
      try SmallTraining(network: network, on: Domain(domain).images(.train, first: first)).trainer
    }
  }

  private let domains = ["digits", "digits+inverted", "digits+rotated"]

  /// The training after some rounds, every client in this process.
  private func local(
    _ trainers: [Trainer], _ rule: AggregationRule, rounds: Int
  ) throws -> FederatedTraining {
    let peers = trainers.map { LocalPeer(FederatedClient($0, epochs: 1)) }
    let training = FederatedTraining(peers, trainers[0], rule)
    for _ in 0..<rounds { #expect(try training.advance()) }
    return training
  }

  @Test("One client, or two with the same images, trains what it would alone")
  func equalClients() throws {
    let own = try trainers(Self.normalized, ["digits", "digits"], first: [120, 120])
    let alone = FederatedClient(own[0], epochs: 1)
    let update = try #require(try alone.train(round: 0, from: own[0].initialState.parameters))
    #expect(update.parameters != own[0].initialState.parameters)
    for count in 1...2 {
      let together = try local(Array(own.prefix(count)), .fedAvg, rounds: 1)
      #expect(together.shared == update.parameters)
    }
  }

  @Test("A round's parameters are the clients' mean by their images")
  func meanByImages() throws {
    let own = try trainers(Self.normalized, domains, first: [40, 80, 120])
    let training = try local(own, .fedAvg, rounds: 1)
    #expect(training.steps.map(\.update.examples) == [40, 80, 120])
    #expect(
      training.shared
        == Aggregation.mean(training.steps.map { ($0.update.parameters, $0.update.examples) }))
    #expect(training.parameters(of: 0) == training.parameters(of: 2) && training.isOneNetwork)
  }

  @Test("With FedBN normalisations differ from client to client, and all else is shared")
  func localNormalizations() throws {
    let own = try trainers(Self.normalized, domains, first: [80, 80, 80])
    let training = try local(own, .fedBN, rounds: 2)
    let local = Set(AggregationRule.fedBN.localParameters(of: own[0].trainedNetwork))
    let (a, b) = (training.parameters(of: 0), training.parameters(of: 1))
    #expect(!training.isOneNetwork)
    for index in a.indices {
      #expect((a[index] == b[index]) != local.contains(index), "parameter \(index)")
    }
    // A client goes on from its own normalisation and the shared rest.
    let again = try self.local(own, .fedBN, rounds: 1)
    let client = FederatedClient(own[1], epochs: 1)
    let second = try #require(try client.train(round: 1, from: again.parameters(of: 1)))
    #expect(second.parameters == training.steps[1].update.parameters)
  }

  @Test(
    "With FedWon raw kernels are averaged and standardised afterwards, to the norm of their gain")
  func standardizedAfterwards() throws {
    let own = try trainers(Self.standardized, domains, first: [80, 80, 80])
    let training = try local(own, .fedWon, rounds: 2)
    let network = own[0].network(of: training.parameters(of: 0))
    #expect(!network.nodes.contains { $0.operation is BatchNormalization })
    let trained = own[0].trainedNetwork
    var kernels = 0
    for node in network.nodes {
      guard let layer = node.operation as? Convolution else { continue }
      let name = network.parameters[layer.weight.index].name
      let gain = try #require(trained.parameters.firstIndex { $0.name == "\(name).gain" })
      let gains = training.shared[gain].scalars
      let kernel = network.parameters[layer.weight.index].value
      let size = kernel.count / gains.count
      for (row, gain) in gains.enumerated() {
        let values = kernel.scalars[row * size..<(row + 1) * size]
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(values.reduce(0, +)) < 1e-5)
        #expect(abs(norm - WeightSettings.reluGain * abs(Double(gain))) < 1e-4)
      }
      kernels += 1
    }
    #expect(kernels == 2)
  }

  /// The training after some rounds, every client behind an exchange on a thread of its own.
  private func remote(
    _ trainers: [Trainer], _ rule: AggregationRule, rounds: Int, updates: [Int]
  ) throws -> (FederatedTraining, [InProcessExchange]) {
    let ends = InProcessExchange.group(of: trainers.count + 1)
    for (place, trainer) in trainers.enumerated() {
      let end = ends[place + 1]
      // The first message is the greeting.
      let limit = updates[place] == .max ? .max : updates[place] + 1
      let thread = Thread {
        let client = FederatedClient(trainer, epochs: 1)
        try? ClientWorker(Limited(end, sends: limit), client)
          .run(SharedTask(version: "1", recipe: ""))
        end.end()
      }
      thread.start()
    }
    try SharedTask(version: "1", recipe: "").greet(ends[0])
    let peers = trainers.indices.map { RemotePeer(ends[0], rank: $0 + 1, trainers[0]) }
    let training = FederatedTraining(peers, trainers[0], rule)
    for _ in 0..<rounds { #expect(try training.advance()) }
    return (training, ends)
  }

  @Test(
    "Clients in processes of their own do what they do in turn, bit for bit",
    arguments: AggregationRule.allCases)
  func bitForBit(rule: AggregationRule) throws {
    let network = rule == .fedWon ? Self.standardized : Self.normalized
    let own = try trainers(network, domains, first: [80, 40, 80])
    let (training, ends) = try remote(own, rule, rounds: 3, updates: [.max, .max, .max])
    defer { ends[0].dismiss() }
    let inTurn = try local(own, rule, rounds: 3)
    #expect(training.shared == inTurn.shared)
    for client in 0..<3 {
      #expect(training.parameters(of: client) == inTurn.parameters(of: client))
    }
  }

  @Test("A client that stops is left out, and the others' mean goes on")
  func lostClient() throws {
    let own = try trainers(Self.normalized, domains, first: [80, 40, 80])
    let (training, ends) = try remote(own, .fedAvg, rounds: 3, updates: [.max, 1, .max])
    defer { ends[0].dismiss() }
    #expect(training.clients == [0, 2] && training.lastRounds == [3, 1, 3])
    // What the two others do from the first round's mean on.
    let first = try local(own, .fedAvg, rounds: 1).shared
    let clients = [own[0], own[2]].map { FederatedClient($0, epochs: 1) }
    var shared = first
    for round in 1...2 {
      let updates = try clients.compactMap { try $0.train(round: round, from: shared) }
      shared = Aggregation.mean(updates.map { ($0.parameters, $0.examples) })
    }
    #expect(training.shared == shared)
  }

  @Test("When every client has stopped the training says so")
  func nobodyLeft() throws {
    let own = try trainers(Self.normalized, ["digits", "digits+inverted"], first: [40, 40])
    let (training, ends) = try remote(own, .fedAvg, rounds: 1, updates: [1, 1])
    defer { ends[0].dismiss() }
    let failure = #expect(throws: ClientFailure.self) { try training.advance() }
    #expect(failure?.description == "every client has stopped in round 2")
  }

  @Test("A round that is cancelled changes nothing")
  func cancelled() throws {
    let own = try trainers(Self.normalized, ["digits", "digits+inverted"], first: [40, 40])
    let training = try local(own, .fedAvg, rounds: 1)
    let before = training.shared
    #expect(try !training.advance(unless: { true }))
    #expect(training.shared == before && training.round == 1 && training.clients == [0, 1])
  }
}
