extension Lanes: TensorAlgebra {
  public static var scalarSize: Int { MemoryLayout<Scalar>.stride }
  public static var keepsMiddles: Bool { true }

  public init(_ values: Tensor<Double>) { self.init(plain: Tensor(converting: values)) }

  public var values: Tensor<Double> { Tensor<Double>(converting: plain) }

  /// Applies a function of each element, whatever the order of the elements.
  private func mapped(_ body: (Tensor<Scalar>) -> Tensor<Scalar>) -> Lanes {
    switch storage {
    case .plain(let tensor): Lanes(plain: body(tensor))
    case .blocked(let blocks): Lanes(blocks: body(blocks), shape)
    }
  }

  public func applying(_ operation: UnaryOperation) -> Lanes {
    mapped { $0.applying(operation) }
  }

  public func scaled(by scale: Double, adding shift: Double) -> Lanes {
    mapped { $0.scaled(by: scale, adding: shift) }
  }

  public func combined(_ operation: BinaryOperation, _ other: Lanes) -> Lanes {
    if isBlocked || other.isBlocked {
      if shape == other.shape {
        return Lanes(blocks: blocks.combined(operation, other.blocks), shape)
      }
      // One number meets every element alike.
      if let own = blocksIfAny, other.shape.count == 1, other.shape.rank <= shape.rank {
        return Lanes(blocks: own.combined(operation, other.plain.reshaped([1])), shape)
      }
      if let own = other.blocksIfAny, shape.count == 1, shape.rank <= other.shape.rank {
        return Lanes(blocks: plain.reshaped([1]).combined(operation, own), other.shape)
      }
      if let result = combinedByChannel(operation, other) { return result }
    }
    return Lanes(plain: plain.combined(operation, other.plain))
  }

  /// One number for each index of a single axis, as a factor or a summand.
  private func combinedByChannel(_ operation: BinaryOperation, _ other: Lanes) -> Lanes? {
    guard isBlocked, !other.isBlocked, other.shape.rank < shape.rank else { return nil }
    let lead = shape.rank - other.shape.rank
    let wide = other.shape.dimensions.indices.filter { other.shape[$0] != 1 }
    guard wide.count == 1, other.shape[wide[0]] == shape[wide[0] + lead] else { return nil }
    let (axis, values) = (wide[0] + lead, other.plain.reshaped([other.shape.count]))
    let ones = Tensor<Scalar>(repeating: 1, values.shape)
    switch operation {
    case .multiply: return channelScaled(Lanes(plain: values), adding: nil, axis: axis)
    case .add: return channelScaled(Lanes(plain: ones), adding: Lanes(plain: values), axis: axis)
    case .subtract:
      return channelScaled(Lanes(plain: ones), adding: Lanes(plain: -values), axis: axis)
    default: return nil
    }
  }

  public func reduced(_ reduction: Reduction, axis: Int) -> Lanes {
    let axis = axis < 0 ? axis + shape.rank : axis
    guard axis > 0, let blocks = blocksIfAny else {
      return Lanes(plain: plain.reduced(reduction, axis: axis))
    }
    var target = shape
    target[axis] = 1
    return Lanes(blocks: blocks.reduced(reduction, axis: axis), target)
  }

  public func product(_ other: Lanes, transposingLeft: Bool, transposingRight: Bool) -> Lanes {
    Lanes(
      plain: plain.product(
        other.plain, transposingLeft: transposingLeft, transposingRight: transposingRight))
  }

  public func reshaped(_ target: Shape) -> Lanes {
    if let blocks = blocksIfAny, target.rank > 0, target[0] == shape[0] {
      precondition(target.count == shape.count, "Cannot reshape \(shape) to \(target)")
      return Lanes(blocks: blocks.reshaped(Self.blockShape(target)), target)
    }
    return Lanes(plain: plain.reshaped(target))
  }

  public func transposed(_ permutation: [Int]) -> Lanes {
    if let blocks = blocksIfAny, permutation.first == 0 {
      return Lanes(
        blocks: blocks.transposed(permutation + [permutation.count]),
        Shape(permutation.map { shape[$0] }))
    }
    return Lanes(plain: plain.transposed(permutation))
  }

  public func broadcast(to target: Shape) -> Lanes {
    if target == shape { return self }
    // What grows much is worth having as blocks.
    if target.rank == shape.rank, target.rank > 1, target[0] == shape[0],
      isBlocked || target.count >= 8 * shape.count
    {
      return Lanes(blocks: blocks.broadcast(to: Self.blockShape(target)), target)
    }
    return Lanes(plain: plain.broadcast(to: target))
  }

  public func gathered(_ indices: [Int32], axis: Int) -> Lanes {
    let axis = axis < 0 ? axis + shape.rank : axis
    guard axis > 0, let blocks = blocksIfAny else {
      return Lanes(plain: plain.gathered(indices, axis: axis))
    }
    var target = shape
    target[axis] = indices.count
    return Lanes(blocks: blocks.gathered(indices, axis: axis), target)
  }

  public func scattered(_ indices: [Int32], axis: Int, extent: Int) -> Lanes {
    let axis = axis < 0 ? axis + shape.rank : axis
    guard axis > 0, let blocks = blocksIfAny else {
      return Lanes(plain: plain.scattered(indices, axis: axis, extent: extent))
    }
    var target = shape
    target[axis] = extent
    return Lanes(blocks: blocks.scattered(indices, axis: axis, extent: extent), target)
  }

  public static func concatenated(_ parts: [Lanes], axis: Int) -> Lanes {
    let axis = axis < 0 ? axis + parts[0].shape.rank : axis
    if parts.count == 1 { return parts[0] }
    if axis > 0, parts.allSatisfy(\.isBlocked) {
      var target = parts[0].shape
      target[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
      return Lanes(
        blocks: Tensor.concatenated(parts.map(\.blocks), axis: axis), target)
    }
    return Lanes(plain: Tensor.concatenated(parts.map(\.plain), axis: axis))
  }
}
