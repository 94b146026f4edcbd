import Bounds
import Networks
import Properties
import Tensors

/// Branch and bound over boxes of inputs.
///
/// Every box is bounded by CROWN, with the intervals of the box that it was cut from to start with. What its
/// planes leave of it is halved along the input that its planes depend on most.
///
/// Source: Wang et al., "Formal security analysis of neural networks using symbolic intervals" (2018),
/// section 4.2, for the bisection by influence; Xu et al., "Fast and complete" (2021), for batches of
/// sub-problems under linear bounds.
///
/// - Soundness: The boxes that were decided and those that wait cover every region. A box is decided only by
///   `BoxJudge`.
struct InputSplitting<S: TensorScalar>: Sendable {
  let network: Network
  let cases: [PreparedCase]
  let options: SearchOptions
  let worker: BoxWorker<S>

  init(
    _ network: Network, _ cases: [PreparedCase], _ options: SearchOptions, _ precision: Precision,
    confirm: @escaping @Sendable ([Float]) -> Witness?
  ) {
    self.network = network
    self.cases = cases
    self.options = options
    worker = BoxWorker(network, cases, options, precision, confirm: confirm)
  }

  /// How many boxes are bounded at a time, at most.
  private var batchSize: Int {
    let elements = network.nodes.reduce(1) { $0 + $1.shape.count }
    return max(1, min(512, 2_000_000 / elements))
  }

  /// Searches until every box is decided, a condition is met, or a limit comes.
  func run(
    hunt: (Double) -> Witness?, progress: (SearchProgress) -> Void
  ) -> (SearchOutcome, SearchProgress) {
    var hunting = HuntSchedule()
    var pace = Pace(most: batchSize)
    var frontier = Frontier<SubBox<S>>(limit: options.memory / 2)
    var state = SearchProgress()
    var keeper = TreeKeeper<SubBox<S>>(options, .inputs, cases)
    let waiting =
      keeper.resumed(into: &state, where: { $0.belongs(to: cases) }) ?? cases.indices.map(root(of:))
    for box in waiting { frontier.insert(box) }
    // An answer must not wait until the memory of a million boxes is given back.
    defer { frontier.discard() }
    var ties = TieWatch(isTied: keeper.isTied)
    while !frontier.isEmpty {
      state.open = frontier.count
      state.bytes = frontier.bytes
      state.worstMargin = frontier.worst().map(Double.init)
      progress(state)
      if let limit = options.limit {
        return (.stopped(keeper.saveAtEnd(frontier, state).map { .storage($0) } ?? limit), state)
      }
      if let why = keeper.saveIfDue(frontier, state) { return (.stopped(.storage(why)), state) }
      if let witness = hunting.next().flatMap(hunt) { return (.found(witness), state) }
      var batch: [SubBox<S>] = []
      while batch.count < pace.size, let box = frontier.popFirst() { batch.append(box) }
      let results: [BoxResult<S>]
      do throws(Unsupported) {
        results = try pace.measure { () throws(Unsupported) in try worker.process(batch) }
      } catch {
        return (.stopped(.unsupported(error.description)), state)
      }
      // What a passed deadline left unfinished still waits.
      if let limit = options.limit {
        for box in batch { frontier.insert(box) }
        return (.stopped(keeper.saveAtEnd(frontier, state).map { .storage($0) } ?? limit), state)
      }
      state.visited += batch.count
      for (box, result) in zip(batch, results) {
        if let witness = result.witness { return (.found(witness), state) }
        ties.see(result, visited: state.visited)
        keeper.isTied = ties.isTied
        if result.isStuck { keeper.keep(box) }
        state.decided += result.decided / Double(cases.count)
        for child in result.children { frontier.insert(child) }
      }
      if let limit = ties.limit(visited: state.visited) { return (.stopped(limit), state) }
    }
    state.open = 0
    return (ties.last.map { .stopped($0) } ?? .impossible, state)
  }

  private func root(of index: Int) -> SubBox<S> {
    let inputs = InputSet<Tensor<S>>([cases[index].region], shape: network.inputShape)
    return SubBox(
      root: Int32(index), open: cases[index].conditions.indices.map(Int32.init),
      lower: inputs.box.lower.scalars, upper: inputs.box.upper.scalars, share: 1,
      margin: -.infinity, known: nil)
  }
}

/// What became of a box.
struct BoxResult<S: TensorScalar>: Sendable {
  /// An input that meets a condition.
  var witness: Witness?
  /// The boxes that are left of it.
  var children: [SubBox<S>] = []
  /// The part of its case's volume that was decided.
  var decided = 0.0
  /// Whether a condition is met in it up to rounding, so that no bound will ever rule it out.
  var isTied = false
  /// Whether it is open but cannot be split.
  var isStuck = false
}

/// Notices that the answer hangs on rounding, after which a search goes on for a little while only.
struct TieWatch {
  private var firstTie: Int?
  private var isStuck = false
  /// How many more sub-problems may show a condition to be met clearly.
  private let patience = 4096

  /// - Parameter isTied: Whether it was noticed before.
  init(isTied: Bool = false) { if isTied { firstTie = 0 } }

  var isTied: Bool { firstTie != nil }

  mutating func see<S>(_ result: BoxResult<S>, visited: Int) {
    if result.isTied && firstTie == nil { firstTie = visited }
    if result.isStuck { isStuck = true }
  }

  func limit(visited: Int) -> SearchLimit? {
    guard let firstTie, visited > firstTie + patience else { return nil }
    return last
  }

  /// The limit that was met, if any.
  var last: SearchLimit? {
    if firstTie != nil { return .rounding("a condition is met up to rounding") }
    return isStuck ? .rounding("a part of the region is too small to be split") : nil
  }
}
