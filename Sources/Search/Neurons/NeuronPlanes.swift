import Bounds
import Files
import Networks
import Properties
import Tensors

/// Linear functions of the input that enclose the activations' inputs of one region, for tightening them in its parts.
///
/// The planes are made once. In a part, the signs of neurons and the condition that is to be met leave only inputs in
/// some half-spaces; the ends of the planes over those are closer than over the whole region.
///
/// Source: Zhou et al., "Clip-and-verify: linear constraint-driven domain clipping for accelerating neural network
/// verification" (2025): these are the saved linear bounds of its *complete clipping*, half-spaces (`HalfSpace`) its linear
/// constraints, and `tightened` the clipping itself. There a dual has one constraint at a time; here several half-spaces share
/// one (`Dual`).
struct NeuronPlanes: Sendable {
  /// An activation's input.
  struct Neuron: Hashable, Sendable {
    var node: Int32
    var element: Int32
  }

  /// The neurons whose side is unknown.
  let neurons: [Neuron]
  /// Whether each is read by a curve, which gains from closer ends even where the sign is known.
  let isCurved: [Bool]
  /// The neurons of each node.
  private let ranges: [Int: Range<Int>]
  /// The place of each among them.
  let places: [Neuron: Int]
  /// For each neuron the ends before any split, the lower one first, with room for rounding.
  let ends: [Float]
  let frame: RegionFrame
  /// Planes below each neuron and below its negation, one after the other.
  let rows: PlaneRows

  private let inputCount: Int
  /// How many inputs can move.
  var width: Int { frame.inputs.count }

  /// The bytes that planes of so many neurons take.
  static func bytes(neurons: Int, inputs: Int) -> Int { neurons * (2 * inputs * 4 + 64) }

  /// Puts planes together; nil where the numbers do not belong together.
  ///
  /// - Parameters:
  ///   - neurons: The neurons, those of a node one after another.
  ///   - ends: Two for each.
  ///   - rows: Two for each.
  private init?(
    over region: Region, _ neurons: [Neuron], isCurved: [Bool], ends: [Float], _ rows: PlaneRows
  ) {
    frame = RegionFrame(region)
    inputCount = region.lower.count
    places = Dictionary(zip(neurons, neurons.indices)) { first, _ in first }
    guard rows.offsets.count == 2 * neurons.count, ends.count == 2 * neurons.count,
      isCurved.count == neurons.count, places.count == neurons.count, !neurons.isEmpty
    else { return nil }
    (self.neurons, self.isCurved, self.ends, self.rows) = (neurons, isCurved, ends, rows)
    var ranges: [Int: Range<Int>] = [:]
    for (place, neuron) in neurons.enumerated() {
      let first = ranges[Int(neuron.node)]?.lowerBound ?? place
      ranges[Int(neuron.node)] = first..<place + 1
    }
    self.ranges = ranges
  }

  /// Makes planes over a region; nil when there is nothing to tighten, or no time or memory for it.
  ///
  /// - Parameters:
  ///   - root: A root of the region.
  ///   - wanted: The neurons, with any sign.
  ///   - bounder: What bounds them; nodes that it has no time for are left out.
  /// - Soundness: Over the whole region each neuron lies between its planes and between its ends, with room for rounding.
  init?<S>(
    over region: Region, _ root: NeuronRoot<S>, _ wanted: Set<NeuronSplit>,
    _ bounder: Bounder<Tensor<Double>>, memory: Int
  ) throws(Unsupported) {
    let frame = RegionFrame(region)
    let width = frame.inputs.count
    let state = bounder.state(over: root.inputsInDouble, intervals: root.intervalsInDouble)
    let curved = bounder.network.nodesReadByCurves
    var isCurved: [Bool] = []
    var neurons: [Neuron] = []
    var ends: [Float] = []
    var rows = PlaneRows(width: width)
    for (node, group) in Dictionary(grouping: wanted, by: \.node).sorted(by: { $0.key < $1.key }) {
      guard node != 0, let interval = root.intervalsInDouble[Int(node)] else { continue }
      let (lower, upper) = (interval.lower.scalars, interval.upper.scalars)
      let open = Set(group.map(\.element)).sorted().filter {
        curved[Int(node)]
          ? lower[Int($0)] < upper[Int($0)] : lower[Int($0)] < 0 && upper[Int($0)] > 0
      }
      guard !open.isEmpty,
        Self.bytes(neurons: neurons.count + open.count, inputs: width) <= memory,
        let planes: (coefficients: [Double], constants: [Double]) = try bounder.unitPlanes(
          of: open, at: Int(node), state,
          steps: SlopeSteps(count: 6, rate: 0.25, decay: 0.8))
      else { continue }
      for element in open {
        isCurved.append(curved[Int(node)])
        neurons.append(Neuron(node: node, element: element))
        ends += [Float(lower[Int(element)]).nextDown, Float(upper[Int(element)]).nextUp]
      }
      guard rows.append(planes, frame, noise: root.noise[Int(node)]) else { return nil }
    }
    self.init(over: region, neurons, isCurved: isCurved, ends: ends, rows)
  }

  /// Whether closer ends of a neuron would be of use.
  private func isOpen(_ place: Int, _ ends: [Float]) -> Bool {
    isCurved[place]
      ? ends[2 * place] < ends[2 * place + 1] : ends[2 * place] < 0 && ends[2 * place + 1] > 0
  }

  /// Whether a neuron can be on either side where the neurons have some ends; empty for those of the root.
  func isOpen(_ split: NeuronSplit, _ ends: [Float]) -> Bool {
    guard !ends.isEmpty,
      let place = places[Neuron(node: split.node, element: split.element)]
    else { return true }
    return ends[2 * place] < split.point && ends[2 * place + 1] > split.point
  }

  /// How many half-spaces can be used without it costing much more than the bounds do.
  var affordableHalfSpaces: Int { max(2, min(24, 8_000_000 / max(1, neurons.count * width))) }

  /// Notes a split among the ends; false when it leaves none of its neuron.
  ///
  /// - Soundness: Ends hold for all inputs of the part, so where they do not meet the split's side no input is on it.
  func take(_ split: NeuronSplit, _ ends: inout [Float]) -> Bool {
    guard let place = places[Neuron(node: split.node, element: split.element)] else { return true }
    if split.isPositive {
      ends[2 * place] = max(split.point, ends[2 * place])
    } else {
      ends[2 * place + 1] = min(split.point, ends[2 * place + 1])
    }
    return ends[2 * place] <= ends[2 * place + 1]
  }

  /// Intersects the intervals of a node's elements, which begin at a place of a batch, with ends of its neurons.
  ///
  /// - Soundness: The result holds for all inputs for which both do.
  func apply<S: TensorScalar>(
    _ ends: [Float], at node: Int, from start: Int, _ lower: inout Tensor<S>,
    _ upper: inout Tensor<S>
  ) {
    guard !ends.isEmpty, let range = ranges[node] else { return }
    lower.withMutableElements { lower in
      upper.withMutableElements { upper in
        for place in range {
          let at = start + Int(neurons[place].element)
          lower[at] = max(lower[at], S(ends[2 * place]))
          upper[at] = min(upper[at], S(ends[2 * place + 1]))
        }
      }
    }
  }

  /// What a split tells; nil when the neuron has no planes.
  ///
  /// - Soundness: The half-space contains every input of the region that is on the split's side.
  func halfSpace(_ split: NeuronSplit) -> HalfSpace? {
    guard split.node != 0 else {
      // x >= p is -x <= -p.
      var unit = [Double](repeating: 0, count: inputCount)
      unit[Int(split.element)] = split.isPositive ? -1 : 1
      return halfSpace(
        plane: (unit, 0), limit: Double(split.point) * (split.isPositive ? -1 : 1))
    }
    guard let place = places[Neuron(node: split.node, element: split.element)] else { return nil }
    return rows.halfSpace(place, split)
  }

  /// What it tells that a function is at most a limit, given a plane below the function.
  ///
  /// - Soundness: The half-space contains every input of the region at which the function is at most the limit, and more by what
  ///   the sums may have lost in double. The limit must leave room for the rounding of the plane itself.
  func halfSpace(
    plane: (coefficients: [Double], constant: Double), limit: Double
  ) -> HalfSpace? {
    let (middle, scale, moved) = frame.centered(plane.coefficients[...])
    let made = HalfSpace(
      normal: moved.map { -$0 },
      offset: limit - plane.constant - middle
        + HalfSpace.lost(plane.coefficients.count)
        * (limit.magnitude + plane.constant.magnitude + scale))
    return made.size.isFinite && made.offset.isFinite ? made : nil
  }

  /// The ends of the neurons over the part of the region in some half-spaces; nil when that part is empty.
  ///
  /// Each end is the best of the duals that a few multipliers of each half-space in turn give (complete clipping).
  ///
  /// - Parameter known: Ends that hold already.
  /// - Soundness: Every input of the region in all half-spaces gives each neuron a value between its ends. A plane
  ///   minus multiples of functions that are at least 0 there is below the plane, whatever the multiples, so its
  ///   least value over the whole box is a bound; the last evaluation is in double.
  func tightened(_ known: [Float], by halfSpaces: [HalfSpace]) -> [Float]? {
    if halfSpaces.contains(where: \.isEmpty) { return nil }
    let halfSpaces = halfSpaces.filter { !$0.isWhole && $0.size > 0 }
    guard !halfSpaces.isEmpty else { return known }
    var result = known
    var dual = Dual(width: width)
    for place in neurons.indices where isOpen(place, result) {
      guard rows.tighten(&result, of: place, by: place, halfSpaces, &dual) else { return nil }
    }
    return result
  }
}

extension NeuronPlanes {
  /// Writes the planes.
  func write(to sink: inout FileSink) {
    sink.append(elements: neurons.flatMap { [$0.node, $0.element] })
    sink.append(elements: isCurved.map { UInt8($0 ? 1 : 0) })
    sink.append(elements: ends)
    sink.append(elements: rows.normals)
    sink.append(elements: rows.offsets)
  }

  /// Reads planes over a region; nil where the bytes are something else.
  init?(from source: inout ByteSource, over region: Region) {
    guard let numbers = source.elements(Int32.self), numbers.count % 2 == 0,
      let isCurved = source.elements(UInt8.self), let ends = source.elements(Float.self),
      let normals = source.elements(Float.self), let offsets = source.elements(Double.self),
      let rows = PlaneRows(
        width: RegionFrame(region).inputs.count, normals: normals, offsets: offsets)
    else { return nil }
    let neurons = stride(from: 0, to: numbers.count, by: 2).map {
      Neuron(node: numbers[$0], element: numbers[$0 + 1])
    }
    self.init(over: region, neurons, isCurved: isCurved.map { $0 != 0 }, ends: ends, rows)
  }
}

extension Network {
  /// For each node, whether an operation reads it that is not piecewise linear, such as a curve or a product.
  var nodesReadByCurves: [Bool] {
    var result = [Bool](repeating: false, count: nodes.count)
    for node in nodes {
      guard let bend = node.operation?.bend, ![.none, .atZero, .kinks].contains(bend) else {
        continue
      }
      for input in node.inputs { result[input] = true }
    }
    return result
  }
}
