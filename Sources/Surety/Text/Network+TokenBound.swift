import Files
import Lipschitz
import Networks
import Tensors

extension Network {
  /// Whether the input is tokens, which an embedding reads.
  public var readsTokens: Bool { nodes.contains { $0.operation is Embedding } }

  /// Bounds how far apart outputs can be for embedded tokens that are 1 apart, in root mean squares.
  ///
  /// - Parameter source: What to call the network in an error.
  /// - Soundness: As for `tokenBound(size:)`.
  /// - Throws: `InputError` naming an operation without a reading.
  public func tokenBound(source: String) throws(InputError) -> TokenBound {
    do throws(Unsupported) {
      return try tokenBound()
    } catch {
      throw InputError(source, error.description)
    }
  }

  /// How fast the outputs were found to move, from rows of the embedding and from tokens of root mean square 1 at most; nil where an
  /// operation has no derivative.
  ///
  /// It is compared with a bound for tokens no larger than the largest row.
  public func tokenSearch(starts: Int = 4, walks: Int = 3, seed: UInt64 = 1) -> LowerBound? {
    guard let embedded = fromEmbedding(),
      let table = nodes.lazy.compactMap({ ($0.operation as? Embedding)?.table }).first,
      let largest = try? tokenBound().size.value, largest > 0,
      var search = try? SlopeSearch(ofTokens: embedded.recognizingAttention(), limit: largest)
    else { return nil }
    (search.starts, search.walks) = (starts, walks)
    // A text that goes through the table in order; the other points are drawn.
    let values = parameters[table.index].value
    let (rows, width) = (values.shape[0], values.shape[1])
    let elements = values.scalars
    search.beginnings = (0..<max(1, starts / 2)).map { begin in
      (0..<embedded.inputShape.count / width).flatMap { place -> ArraySlice<Double> in
        let row = (place * (begin + 1) + begin) % rows
        return elements[row * width..<(row + 1) * width]
      }
    }
    return search.largest(seed: seed)
  }
}
