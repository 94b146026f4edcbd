import Files
import Foundation
import Networks
import Tensors

extension TrainingState {
  /// The state as a checkpoint holds it.
  ///
  /// - Parameters:
  ///   - network: The network, for the names of its parameters.
  ///   - recipe: The recipe of the run as text, so that another one is not taken for it.
  public func archive(_ network: Network, recipe: String, data: String) throws(InputError)
    -> TensorArchive
  {
    var records: [TensorRecord] = []
    func add(_ group: String, _ tensors: [Tensor<Float>]) {
      for (index, tensor) in tensors.enumerated() {
        records.append(
          TensorRecord(
            "\(group).\(index)", shape: tensor.shape.dimensions, .float32(tensor.scalars)))
      }
    }
    add("parameter", parameters)
    add("first", optimizer.first)
    add("second", optimizer.second)
    if let average { add("average", average.parameters) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let totals = try? encoder.encode(totals) else {
      throw InputError("checkpoint", "the sums of the epoch are not finite")
    }
    return TensorArchive(
      records,
      metadata: [
        "format": "surety training state 1", "recipe": recipe, "data": data,
        "batches": "\(batches)", "optimizer_steps": "\(optimizer.steps)",
        "averaged": "\(average?.count ?? 0)", "totals": String(decoding: totals, as: UTF8.self),
        "names": network.parameters.map(\.name).joined(separator: "\n"),
      ])
  }

  /// Reads a state.
  ///
  /// - Parameters:
  ///   - archive: The checkpoint.
  ///   - source: Its file, for errors.
  /// - Throws: `InputError` when it belongs to another recipe, other data or another network, or lacks a part.
  public init(
    _ archive: TensorArchive, source: String, _ network: Network, _ recipe: Recipe, data: String
  ) throws(InputError) {
    try self.init(
      archive, source: source, fresh: TrainingState(network, recipe), recipe: recipe.yaml,
      data: data)
  }

  /// Reads a state of a run that began with another one.
  ///
  /// - Parameters:
  ///   - fresh: The state before the first batch.
  ///   - recipe: The recipe of the run as text.
  /// - Throws: `InputError` as the other initialiser does.
  init(
    _ archive: TensorArchive, source: String, fresh: TrainingState, recipe: String, data: String
  ) throws(InputError) {
    func text(_ key: String) throws(InputError) -> String {
      guard let value = archive.metadata[key] else {
        throw InputError(source, place: key, "is missing; is it a checkpoint of this program?")
      }
      return value
    }
    func number(_ key: String) throws(InputError) -> Int {
      guard let value = Int(try text(key)), value >= 0 else {
        throw InputError(source, place: key, "is not a count")
      }
      return value
    }
    guard try text("format") == "surety training state 1" else {
      throw InputError(source, "has another format than this version reads")
    }
    let known = try text("recipe")
    guard known == recipe else { throw Self.refusal(source, of: known, for: recipe) }
    guard try text("data") == data else {
      throw InputError(source, "belongs to other training data than those of this run")
    }
    self = fresh
    func load(_ group: String, like shapes: [Tensor<Float>]) throws(InputError) -> [Tensor<Float>] {
      var result: [Tensor<Float>] = []
      for (index, tensor) in shapes.enumerated() {
        let name = "\(group).\(index)"
        guard let record = archive[name], record.shape == tensor.shape.dimensions,
          case .float32(let values) = record.elements
        else {
          throw InputError(
            source, place: name, "is missing or not \(tensor.shape); another network?")
        }
        result.append(Tensor(tensor.shape, values))
      }
      return result
    }
    parameters = try load("parameter", like: parameters)
    optimizer = OptimizerState(
      first: try load("first", like: optimizer.first),
      second: try load("second", like: optimizer.second), steps: try number("optimizer_steps"))
    let averaged = try number("averaged")
    if averaged > 0 {
      average = WeightAverage(try load("average", like: parameters), count: averaged)
    }
    batches = try number("batches")
    guard
      let totals = try? JSONDecoder().decode(
        EpochTotals.self, from: Data(try text("totals").utf8))
    else { throw InputError(source, place: "totals", "cannot be read") }
    self.totals = totals
  }

  /// What a run of another recipe is refused with.
  public static func refusal(_ source: String, of known: String, for recipe: String) -> InputError {
    let difference = Recipe.difference(there: known, here: recipe).map { " (\($0))" } ?? ""
    return InputError(
      source,
      "belongs to another recipe\(difference); resume with the settings in run.json, or start in a new folder"
    )
  }
}
