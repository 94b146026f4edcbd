import Networks
import Tensors

// Sampling at places that the file states is linear in the image.

/// How one axis of an image is sampled between and beyond its pixels.
private struct SampledAxis {
  var extent: Int
  var mode: String
  var padding: String
  var alignsCorners: Bool

  /// The pixels that a place between -1 and 1 reads, with their weights; pixels beyond the edges may be missing.
  func terms(at place: Float) throws(ONNXProblem) -> [Resampling.Term] {
    let length = Float(extent)
    var x = alignsCorners ? (place + 1) / 2 * (length - 1) : ((place + 1) * length - 1) / 2
    guard x.isFinite, abs(x) < 1e6 else { throw ONNXProblem("a place of its grid is \(place)") }
    if mode == "nearest" { x.round(.toNearestOrEven) }
    if x < least || x > most {
      guard mode != "cubic" || padding != "border" else {
        // ONNX Runtime weighs pixels by their distance from the place, the reference from the edge.
        throw ONNXProblem(
          "mode cubic with padding_mode border is read in two ways beyond the edges")
      }
      switch padding {
      case "border": x = max(0, min(length - 1, x))
      case "reflection": x = reflected(x)
      default: break
      }
    }
    let below = x.rounded(.down)
    let part = Double(x) - Double(below)
    let weights: [(offset: Int, weight: Double)]
    switch mode {
    case "nearest": weights = [(0, 1)]
    case "linear": weights = [(0, 1 - part), (1, part)]
    case "cubic":
      weights = [
        (-1, Self.far(1 + part)), (0, Self.near(part)), (1, Self.near(1 - part)),
        (2, Self.far(2 - part)),
      ]
    default: throw ONNXProblem("mode \(mode) is not known")
    }
    return weights.compactMap { tap in
      pixel(Int(below) + tap.offset).map { Resampling.Term(Int32($0), tap.weight) }
    }
  }

  /// The ends of the axis: the middles of the outer pixels, or their outer edges.
  private var least: Float { alignsCorners ? 0 : -0.5 }
  private var most: Float { alignsCorners ? Float(extent) - 1 : Float(extent) - 0.5 }

  private func reflected(_ x: Float) -> Float {
    let range = most - least
    guard range > 0 else { return 0 }
    let beyond = x < least ? least - x : x > most ? x - most : 0
    guard beyond > 0 else { return x }
    let turns = (beyond / range).rounded(.down)
    let rest = beyond - turns * range
    let isFromLeast = (x < least) == (turns.truncatingRemainder(dividingBy: 2) == 0)
    return isFromLeast ? least + rest : most - rest
  }

  private func pixel(_ index: Int) -> Int? {
    switch padding {
    case "border": return max(0, min(extent - 1, index))
    case "reflection":
      return max(0, min(extent - 1, Int(reflected(Float(index)))))
    default: return index >= 0 && index < extent ? index : nil
    }
  }

  /// Keys' cubic function with coefficient -0.75, up to distance 1.
  private static func near(_ x: Double) -> Double { (1.25 * x - 2.25) * x * x + 1 }
  /// The same between distances 1 and 2.
  private static func far(_ x: Double) -> Double {
    ((-0.75 * x + 3.75) * x - 6) * x + 3
  }
}

extension ONNXImporter {
  func gridSample(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    let input = shape(x)
    let image = try image(x)
    guard let grid = try constant(node, 1, "grid") else { throw ONNXProblem("it has no grid") }
    guard grid.shape.rank == input.rank, grid.shape[0] == input[0], grid.shape[-1] == image.count
    else { throw ONNXProblem("shape mismatch: grid \(grid.shape) for input \(input)") }
    let names = ["bilinear": "linear", "bicubic": "cubic"]
    let mode = node.string("mode", default: "linear")
    let padding = node.string("padding_mode", default: "zeros")
    guard ["zeros", "border", "reflection"].contains(padding), image.allSatisfy({ $0 > 0 }) else {
      throw ONNXProblem("padding_mode \(padding) is not known")
    }
    guard mode == "nearest" || names[mode] != nil || names.values.contains(mode),
      !mode.hasSuffix("cubic") || image.count == 2
    else { throw ONNXProblem("mode \(mode) over \(image.count) axes is not supported") }
    let axes = image.map {
      SampledAxis(
        extent: $0, mode: names[mode] ?? mode, padding: padding,
        alignsCorners: node.flag("align_corners"))
    }
    let target = Array(grid.shape.dimensions[1..<grid.shape.rank - 1])
    let places = grid.values.scalars
    let each = target.reduce(1, *) * axes.count
    let flat = try reshaped(x, [input[0], input[1], image.reduce(1, *)])
    var samples: [ONNXValue] = []
    for example in 0..<input[0] {
      var sums: [[Resampling.Term]] = []
      for first in stride(from: example * each, to: (example + 1) * each, by: axes.count) {
        sums.append(try pixels(axes, at: places[first..<first + axes.count].reversed()))
      }
      let own = try selected(flat, axis: 0, [Int32(example)])
      samples.append(try apply(Resampling(axis: 2, sums: sums), own))
    }
    return [try reshaped(joined(samples, axis: 0), Shape([input[0], input[1]] + target))]
  }

  /// The pixels of an image, counted through, that a place reads; a coordinate for each axis.
  private func pixels(
    _ axes: [SampledAxis], at place: some Collection<Double>
  ) throws(ONNXProblem) -> [Resampling.Term] {
    var terms = [Resampling.Term(0, 1)]
    for (axis, coordinate) in zip(axes, place) {
      let own = try axis.terms(at: Float(coordinate))
      terms = terms.flatMap { outer in
        own.map {
          Resampling.Term(
            outer.source * Int32(axis.extent) + $0.source, outer.weight * $0.weight)
        }
      }
    }
    return terms
  }
}
