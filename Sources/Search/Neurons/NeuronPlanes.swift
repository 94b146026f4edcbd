import Bounds
import Foundation
import Networks
import Properties
import Tensors

/// Linear functions of the input that enclose the activations' inputs of one region, for tightening them in its parts.
///
/// The planes are made once. In a part, the signs of neurons and the condition that is to be met leave only inputs in
/// some half-spaces; the ends of the planes over those are closer than over the whole region.
///
/// Source: Zhou et al., "Clip-and-verify: linear constraint-driven domain clipping for accelerating neural network
/// verification" (2025), on intermediate bounds over a half-space; here several half-spaces share one dual.
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
  private let places: [Neuron: Int]
  /// For each neuron the ends before any split, the lower one first, with room for rounding.
  let ends: [Float]
  private let frame: RegionFrame
  /// Planes below each neuron and below its negation, one after the other.
  let rows: PlaneRows

  private let inputCount: Int
  private var width: Int { frame.inputs.count }

  /// The bytes that planes of so many neurons take.
  static func bytes(neurons: Int, inputs: Int) -> Int { neurons * (2 * inputs * 4 + 64) }

  /// Takes planes that were made before; nil where the numbers do not belong together.
  init?(
    over region: Region, _ neurons: [Neuron], isCurved: [Bool], ends: [Float],
    normals: [Float], offsets: [Double]
  ) {
    frame = RegionFrame(region)
    inputCount = region.lower.count
    places = Dictionary(zip(neurons, neurons.indices)) { first, _ in first }
    guard
      let rows = PlaneRows(width: frame.inputs.count, normals: normals, offsets: offsets),
      offsets.count == 2 * neurons.count, ends.count == 2 * neurons.count,
      isCurved.count == neurons.count, places.count == neurons.count, !neurons.isEmpty
    else { return nil }
    (self.neurons, self.isCurved, self.ends, self.rows) = (neurons, isCurved, ends, rows)
    // The neurons of a node stand together.
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
  init?<S>(
    over region: Region, _ root: NeuronRoot<S>, _ wanted: Set<NeuronSplit>,
    _ bounder: Bounder<Tensor<Double>>, memory: Int
  ) throws(Unsupported) {
    frame = RegionFrame(region)
    inputCount = region.lower.count
    let width = frame.inputs.count
    let state = bounder.state(over: root.carefulInputs, intervals: root.carefulIntervals)
    let curved = bounder.network.nodesReadByCurves
    var ranges: [Int: Range<Int>] = [:]
    var isCurved: [Bool] = []
    var neurons: [Neuron] = []
    var ends: [Float] = []
    var rows = PlaneRows(width: width)
    for (node, group) in Dictionary(grouping: wanted, by: \.node).sorted(by: { $0.key < $1.key }) {
      guard node != 0, let interval = root.carefulIntervals[Int(node)] else { continue }
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
      ranges[Int(node)] = neurons.count..<neurons.count + open.count
      for element in open {
        isCurved.append(curved[Int(node)])
        neurons.append(Neuron(node: node, element: element))
        ends += [Float(lower[Int(element)]).nextDown, Float(upper[Int(element)]).nextUp]
      }
      guard rows.append(planes, frame, noise: root.noise[Int(node)]) else { return nil }
    }
    guard !neurons.isEmpty else { return nil }
    self.neurons = neurons
    self.ranges = ranges
    self.isCurved = isCurved
    self.ends = ends
    self.rows = rows
    places = Dictionary(uniqueKeysWithValues: zip(neurons, neurons.indices))
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

  /// Up to how many inputs that can move are considered for halving.
  private static var fewInputs: Int { 64 }

  /// Whether inputs may be halved.
  var halvesInputs: Bool { width <= Self.fewInputs }

  /// The halving of an input that is estimated to gain more than deciding the side of any one neuron; nil where none
  /// is.
  ///
  /// Halving an input takes away half of what it contributes to the widths of all neurons together, a side all that
  /// one neuron costs. Sides of neurons are mostly worth more: counting all instead of half of an input's part makes trees
  /// many times as large (docs/performance.md).
  ///
  /// - Parameters:
  ///   - neurons: The neurons that cost the most with their costs, the most promising first.
  ///   - splits: Those of the part so far.
  func halving(outweighing neurons: [SplitCandidate], after splits: [NeuronSplit]) -> NeuronSplit? {
    guard halvesInputs, let best = neurons.first else { return nil }
    let sides = frame.sides(after: splits)
    let parts = sides.indices.map { frame.part(sides[$0], of: $0) }
    var gains = [Double](repeating: 0, count: width)
    for candidate in neurons {
      let neuron = Neuron(node: candidate.split.node, element: candidate.split.element)
      guard let place = places[neuron] else { continue }
      rows.share(candidate.score / 2, of: place, parts, among: &gains)
    }
    guard let place = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[place] > best.score
    else { return nil }
    let side = sides[place]
    let point = Float(side.low + (side.high - side.low) / 2)
    // A middle that rounding moved to an end, or nearly so, would cut nothing off.
    guard point > Float(side.low).nextUp, point < Float(side.high).nextDown else { return nil }
    return NeuronSplit(
      node: 0, element: Int32(frame.inputs[place]), isPositive: true, point: point)
  }

  /// Notes a split among the ends; false when it leaves none of its neuron.
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
  /// Each end is the best of the duals that a few multipliers of each half-space in turn give.
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
