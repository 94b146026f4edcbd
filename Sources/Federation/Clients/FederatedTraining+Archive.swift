import Files
import Tensors
import Training

extension FederatedTraining {
  private static let format = "surety federation 1"

  /// Everything that a training needs to go on after its last round as if it had never stopped, beside the clients' images.
  ///
  /// - Parameter task: What is trained, so that another one is not taken for it.
  public func archive(_ task: SharedTask) -> TensorArchive {
    var records: [TensorRecord] = []
    func add(_ group: String, _ tensors: [Tensor<Float>]) {
      for (index, tensor) in tensors.enumerated() {
        records.append(
          TensorRecord(
            "\(group).\(index)", shape: tensor.shape.dimensions, .float32(tensor.scalars)))
      }
    }
    add("shared", shared)
    for (client, tensors) in kept.enumerated() { add("client.\(client)", tensors) }
    return TensorArchive(
      records,
      metadata: [
        "format": Self.format, "recipe": task.recipe, "version": task.version, "round": "\(round)",
        "last_rounds": lastRounds.map(String.init).joined(separator: ","),
      ])
  }

  /// Goes on from a checkpoint; clients that had stopped are at work again.
  ///
  /// - Parameters:
  ///   - archive: The checkpoint.
  ///   - source: Its file, for errors.
  ///   - task: What is trained.
  /// - Throws: `InputError` when it belongs to another training, or lacks a part.
  public func restore(
    _ archive: TensorArchive, source: String, _ task: SharedTask
  ) throws(InputError) {
    guard archive.metadata["format"] == Self.format else {
      throw InputError(source, "is no checkpoint of a federated training that this version reads")
    }
    let known = archive.metadata["recipe"] ?? ""
    guard known == task.recipe else {
      throw TrainingState.refusal(source, of: known, for: task.recipe)
    }
    let rounds = (archive.metadata["last_rounds"] ?? "").split(separator: ",").compactMap {
      Int($0)
    }
    guard let round = archive.metadata["round"].flatMap({ Int($0) }), round >= 0,
      rounds.count == kept.count, rounds.allSatisfy({ (0...round).contains($0) })
    else { throw InputError(source, place: "round", "is no number of rounds of these clients") }
    func load(_ group: String, like tensors: [Tensor<Float>]) throws(InputError) -> [Tensor<Float>]
    {
      var result: [Tensor<Float>] = []
      for (index, tensor) in tensors.enumerated() {
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
    let shared = try load("shared", like: shared)
    var kept = kept
    for client in kept.indices { kept[client] = try load("client.\(client)", like: kept[client]) }
    restore(round: round, lastRounds: rounds, shared: shared, kept: kept)
  }
}
