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

  /// The nodes that a tensor depends on, each after those it reads, in the order of the file where that is
  /// such an order.
  ///
  /// - Throws: `InputError` when a tensor is not defined or the graph has a cycle.
  func nodes(for output: String) throws(InputError) -> [ONNXNode] {
    let needed = try neededNodes(for: output).sorted()
    if isSorted(needed) { return needed.map { all[$0] } }
    return try sorted(needed).map { all[$0] }
  }

  private func producers(of node: Int) -> [Int] {
    all[node].inputs.compactMap { known.contains($0) ? nil : producers[$0] }
  }

  private func isSorted(_ nodes: [Int]) -> Bool {
    nodes.allSatisfy { node in producers(of: node).allSatisfy { $0 < node } }
  }

  /// Kahn's algorithm: a node follows once all it reads has.
  private func sorted(_ needed: [Int]) throws(InputError) -> [Int] {
    var readers: [Int: [Int]] = [:]
    var waitingFor: [Int: Int] = [:]
    for node in needed {
      let sources = producers(of: node)
      waitingFor[node] = sources.count
      for source in sources { readers[source, default: []].append(node) }
    }
    var ready = needed.filter { waitingFor[$0] == 0 }
    var next = 0
    while next < ready.count {
      for reader in readers[ready[next]] ?? [] {
        waitingFor[reader, default: 0] -= 1
        if waitingFor[reader] == 0 { ready.append(reader) }
      }
      next += 1
    }
    guard ready.count == needed.count else {
      let stuck = needed.filter { waitingFor[$0, default: 0] > 0 }
      let names = stuck.prefix(6).map { all[$0].name }.joined(separator: ", ")
      let more = stuck.count > 6 ? " and \(stuck.count - 6) more" : ""
      throw InputError(
        source, place: "nodes \(names)\(more)",
        "the graph is not acyclic; a cycle runs through some of them")
    }
    return ready
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
