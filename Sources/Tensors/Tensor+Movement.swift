extension Tensor {
  /// Reorders the axes; axis `i` of the result is axis `permutation[i]` of this tensor.
  public func transposed(_ permutation: [Int]) -> Tensor {
    precondition(
      permutation.sorted() == Array(0..<shape.rank), "Permutation \(permutation) of \(shape)")
    let target = Shape(permutation.map { shape.dimensions[$0] })
    if permutation == Array(0..<shape.rank) || target.count <= 1 { return reshaped(target) }
    if let swap = BlockSwap(permutation, shape) {
      return Tensor(uninitialized: target) { out in
        Scalar.swapAxes(
          buffer.pointer, out, matrices: swap.matrices, rows: swap.rows, columns: swap.columns)
      }
    }
    let strides = shape.strides
    let steps = permutation.map { strides[$0] }
    let result = Buffer<Scalar>(count: count)
    let inner = target.dimensions[target.rank - 1]
    let innerStep = steps[target.rank - 1]
    var out = result.pointer
    func walk(_ axis: Int, _ offset: Int) {
      if axis == target.rank - 1 {
        let from = buffer.pointer + offset
        if innerStep == 1 {
          out.update(from: from, count: inner)
        } else {
          for i in 0..<inner { out[i] = from[i &* innerStep] }
        }
        out += inner
        return
      }
      for i in 0..<target.dimensions[axis] { walk(axis + 1, offset + i * steps[axis]) }
    }
    walk(0, 0)
    return Tensor(shape: target, buffer: result)
  }

  /// Picks entries along an axis, in order, repeats allowed; index -1 gives zeros.
  public func gathered(_ indices: [Int32], axis: Int) -> Tensor {
    let axis = axis < 0 ? axis + shape.rank : axis
    var target = shape
    target[axis] = indices.count
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let extent = shape.dimensions[axis]
    let result = Buffer<Scalar>(count: target.count)
    var out = result.pointer
    for o in 0..<outer {
      let base = buffer.pointer + o * extent * inner
      for index in indices {
        precondition(index < extent, "Index \(index) into axis \(axis) of \(shape)")
        if index < 0 {
          out.update(repeating: 0, count: inner)
        } else if inner == 1 {
          out.pointee = base[Int(index)]
        } else {
          out.update(from: base + Int(index) * inner, count: inner)
        }
        out += inner
      }
    }
    return Tensor(shape: target, buffer: result)
  }

  /// The transpose of `gathered`: adds each entry to the place it came from, in an axis of `extent`.
  public func scattered(_ indices: [Int32], axis: Int, extent: Int) -> Tensor {
    let axis = axis < 0 ? axis + shape.rank : axis
    precondition(indices.count == shape.dimensions[axis], "Scattering \(shape) along \(axis)")
    var target = shape
    target[axis] = extent
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let result = Tensor(repeating: 0, target)
    var from = buffer.pointer
    for o in 0..<outer {
      let base = result.buffer.pointer + o * extent * inner
      for index in indices {
        precondition(index < extent, "Index \(index) into axis \(axis) of \(target)")
        if index >= 0 {
          let to = base + Int(index) * inner
          if inner < 8 {
            for i in 0..<inner { to[i] += from[i] }
          } else {
            Scalar.binary(.add, to, step: 1, from, step: 1, to, inner)
          }
        }
        from += inner
      }
    }
    return result
  }

  /// Joins tensors along an axis.
  public static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
    precondition(!parts.isEmpty, "Nothing to join")
    let axis = axis < 0 ? axis + parts[0].shape.rank : axis
    if parts.count == 1 { return parts[0] }
    var target = parts[0].shape
    target[axis] = parts.reduce(0) { $0 + $1.shape.dimensions[axis] }
    let outer = target.dimensions[..<axis].reduce(1, *)
    let result = Buffer<Scalar>(count: target.count)
    let row = target.count / max(1, outer)
    var offset = 0
    for part in parts {
      let length = part.count / max(1, outer)
      for o in 0..<outer {
        (result.pointer + o * row + offset).update(
          from: part.buffer.pointer + o * length, count: length)
      }
      offset += length
    }
    return Tensor(shape: target, buffer: result)
  }
}

/// A permutation that swaps two neighbouring blocks of axes at the end, as `NCHW` to `NHWC` does.
private struct BlockSwap {
  let matrices: Int
  let rows: Int
  let columns: Int

  init?(_ permutation: [Int], _ shape: Shape) {
    let rank = permutation.count
    guard let fixed = permutation.indices.first(where: { permutation[$0] != $0 }) else {
      return nil
    }
    // The rest must be a rotation: first the second block, then the first.
    let cut = permutation[fixed]
    guard permutation[fixed...].elementsEqual(Array(cut..<rank) + Array(fixed..<cut)) else {
      return nil
    }
    matrices = shape.dimensions[..<fixed].reduce(1, *)
    rows = shape.dimensions[fixed..<cut].reduce(1, *)
    columns = shape.dimensions[cut...].reduce(1, *)
  }
}
