import Attacks
import Foundation
import Networks
import Properties
import RandomNumbers
import Tensors

/// The search for places and directions in which a network's output moves most: a lower bound of its Lipschitz constant.
///
/// At a point, power iteration turns a direction `v` and a row `u` towards each other: `u` follows from how far the outputs move along
/// `v`, `v` from the gradient of `u . y`, whose dual norm is what is sought. Then the point walks, as long as that grows.
public struct SlopeSearch: Sendable {
  /// The network.
  public let network: Network
  /// How distances are measured, of inputs and outputs.
  let geometry: SlopeGeometry
  /// Inputs to begin with; the others are drawn.
  public var beginnings: [[Double]] = []
  /// How many points are tried side by side.
  public var starts = 12
  /// How many times each point may walk.
  public var walks = 6
  /// How often direction and row are turned at each point.
  public var turns = 12
  private let gradients: Gradients
  private let parameters: Parameters<Tensor<Double>>

  /// Prepares a network.
  ///
  /// - Throws: `Unsupported` when an operation has no derivative.
  public init(_ network: Network, norm: Norm) throws(Unsupported) {
    try self.init(network, norm == .infinity ? .largest : .euclidean)
  }

  /// Prepares a network of embedded tokens, whose distances are the largest root mean square of a token's change.
  ///
  /// - Parameters:
  ///   - network: It reads tokens along the last axis but one, features along the last, and gives outputs so.
  ///   - limit: The largest root mean square of a token of the inputs that are looked at.
  /// - Throws: `Unsupported` when an operation has no derivative.
  public init(ofTokens network: Network, limit: Double) throws(Unsupported) {
    try self.init(
      network,
      .tokens(inputs: network.inputShape[-1], outputs: network.outputShape[-1], limit: limit))
  }

  private init(_ network: Network, _ geometry: SlopeGeometry) throws(Unsupported) {
    self.network = network
    self.geometry = geometry
    gradients = try Gradients(network)
    parameters = network.parameters(as: Tensor<Double>.self)
  }

  /// The largest slope that was found, over a region or everywhere.
  ///
  /// It is the size of a computed gradient, which rounding may have moved by some units in its last places.
  public func largest(over region: Region? = nil, seed: UInt64 = 1) -> LowerBound {
    var generator = SplitMix64(seed: seed)
    let count = network.inputShape.count
    var points = (0..<starts).map { start -> [Double] in
      place(start, region, count, &generator)
    }
    var best = [Double](repeating: 0, count: starts)
    var directions = points
    for walk in 0...walks {
      var tried = points
      if walk > 0 {
        let reach = region.map { zip($0.upper, $0.lower).map { $0 - $1 }.max() ?? 1 } ?? 4
        let step = reach * 0x1p-1 * pow(0.5, Double(walk - 1))
        for index in points.indices {
          let side = walk % 2 == 0 ? -step : step
          tried[index] = zip(points[index], directions[index]).map { $0 + side * $1 }
          if let region { tried[index] = region.pulling(tried[index]) }
          tried[index] = geometry.pulling(tried[index])
        }
      }
      let found = slopes(at: tried, &generator)
      for index in points.indices where found[index].size > best[index] || walk == 0 {
        best[index] = found[index].size
        points[index] = tried[index]
        directions[index] = found[index].direction
      }
    }
    // Less what rounding may have added.
    return LowerBound(found: (best.filter(\.isFinite).max() ?? 0) * (1 - 0x1p-40))
  }

  private func place(
    _ start: Int, _ region: Region?, _ count: Int, _ generator: inout SplitMix64
  ) -> [Double] {
    if beginnings.indices.contains(start) { return beginnings[start] }
    guard let region else {
      // Points of several sizes; the first is near 0, where networks of few biases bend most.
      let size = pow(4, Double(start % 6) - 2)
      return geometry.pulling(
        (0..<count).map { _ in size * Double.random(in: -1...1, using: &generator) })
    }
    guard start > 0 else { return region.center }
    return region.pulling(
      (0..<count).map { place in
        let (low, high) = (region.lower[place], region.upper[place])
        return low < high ? Double.random(in: low...high, using: &generator) : low
      })
  }

  /// For each point the dual norm of a gradient, as large as it was found, and a direction in which the output moves so.
  private func slopes(
    at points: [[Double]], _ generator: inout SplitMix64
  ) -> [(size: Double, direction: [Double])] {
    let batch = Shape([points.count] + network.inputShape.dimensions)
    let values = gradients.values(at: Tensor(batch, points.flatMap { $0 }), parameters)
    let outputs = network.outputShape.count
    var directions = points.map { point in
      geometry.unit(point.map { _ in Double.random(in: -1...1, using: &generator) })
    }
    // Where no gradient is finite, the point does not walk.
    var found = points.map { (size: 0.0, direction: [Double](repeating: 0, count: $0.count)) }
    var isFirst = points.map { _ in true }
    for turn in 0..<turns {
      let moved = movement(of: values.output, points, directions, batch, outputs)
      let rows = moved.enumerated().map { index, change in
        // Each turn of the first few outputs is one of them alone, which is the best row there is in linf.
        geometry.row(for: change, alone: turn < outputs ? turn + index : nil)
      }
      let rowShape = Shape([points.count] + network.outputShape.dimensions)
      let gradient = gradients.gradient(
        of: Tensor(rowShape, rows.flatMap { $0 }), at: values, parameters
      ).scalars
      let size = network.inputShape.count
      for index in points.indices {
        let own = Array(gradient[index * size..<(index + 1) * size])
        let length = geometry.dualNorm(own)
        directions[index] = geometry.unit(own)
        if length.isFinite, length > found[index].size || isFirst[index] {
          found[index] = (length, directions[index])
          isFirst[index] = false
        }
      }
    }
    return found
  }

  /// How far the outputs move along directions.
  private func movement(
    of output: Tensor<Double>, _ points: [[Double]], _ directions: [[Double]], _ batch: Shape,
    _ outputs: Int
  ) -> [[Double]] {
    let step = 0x1p-20
    let ahead = zip(points, directions).flatMap { point, direction in
      zip(point, direction).map { $0 + step * $1 }
    }
    let moved = network.evaluate(Tensor(batch, ahead), parameters).scalars
    let here = output.scalars
    return points.indices.map { index in
      (0..<outputs).map { moved[index * outputs + $0] - here[index * outputs + $0] }
    }
  }
}

extension Region {
  /// A point moved into the region: to the box, and towards the middle where there is a ball.
  fileprivate func pulling(_ point: [Double]) -> [Double] {
    var inside = point.indices.map { min(max(point[$0], lower[$0]), upper[$0]) }
    guard let ball else { return inside }
    let middle = center
    let distance = ball.norm.distance(inside, middle)
    guard distance > ball.radius else { return inside }
    let share = ball.radius / distance
    inside = inside.indices.map { middle[$0] + share * (inside[$0] - middle[$0]) }
    return inside
  }
}
