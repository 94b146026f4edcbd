import Files

/// Sorts the nodes of a graph, and leaves out those that the output does not need.
struct ONNXOrder {
  private let all: [ONNXNode]
  private let source: String
  private let known: Set<String>
  private let producers: [String: Int]

  /// - Parameter known: The tensors that need no node: the input and the initializers.
  init(_ nodes: [ONNXNode], source: String, known: Set<String>) {
    all = nodes
    self.source = source
    self.known = known
    var producers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { producers[output] = index }
    }
    self.producers = producers
  }

  /// The nodes that a tensor depends on, each after those it reads, in the order of the file where it
  /// allows that.
  ///
  /// - Throws: `InputError` when a tensor is not defined or the graph has a cycle.
  func nodes(for output: String) throws(InputError) -> [ONNXNode] {
    let needed = try neededNodes(for: output)
    var sorted: [Int] = []
    var done = known
    var waiting = needed.sorted()
    while !waiting.isEmpty {
      // One pass is enough for a sorted file; each further pass brings at least one node forward.
      let before = waiting.count
      waiting = waiting.filter { index in
        guard all[index].inputs.allSatisfy({ $0.isEmpty || done.contains($0) }) else { return true }
        sorted.append(index)
        done.formUnion(all[index].outputs)
        return false
      }
      guard waiting.count < before else {
        let names = waiting.prefix(6).map { all[$0].name }.joined(separator: ", ")
        let more = waiting.count > 6 ? " and \(waiting.count - 6) more" : ""
        throw InputError(
          source, place: "nodes \(names)\(more)", "the graph is not acyclic: a cycle runs through them")
      }
    }
    return sorted.map { all[$0] }
  }

  private func neededNodes(for output: String) throws(InputError) -> Set<Int> {
    guard known.contains(output) || producers[output] != nil else {
      throw InputError(source, place: "output \(output)", "no node computes this tensor")
    }
    var needed: Set<Int> = []
    var pending = producers[output].map { [$0] } ?? []
    while let index = pending.popLast() {
      guard needed.insert(index).inserted else { continue }
      for input in all[index].inputs where !input.isEmpty && !known.contains(input) {
        guard let producer = producers[input] else {
          throw InputError(
            source, place: all[index].place,
            "undefined tensor \(input): no node, input or initializer has this name")
        }
        pending.append(producer)
      }
    }
    return needed
  }
}
