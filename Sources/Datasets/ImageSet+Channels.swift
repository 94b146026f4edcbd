import Files

extension ImageSet {
  /// The set with three equal channels in place of one, as image libraries turn gray into colour.
  ///
  /// - Precondition: Images have one channel.
  public func coloured() -> ImageSet {
    precondition(shape[0] == 1, "\(name): images of \(shape[0]) channels are not gray")
    let size = imageSize
    func tripled<Value>(_ values: [Value]) -> [Value] {
      var result: [Value] = []
      result.reserveCapacity(3 * values.count)
      for first in stride(from: 0, to: values.count, by: size) {
        for _ in 0..<3 { result += values[first..<first + size] }
      }
      return result
    }
    let colours = [3] + shape[1...]
    switch pixels {
    case .bytes(let bytes, let scale):
      return with(.bytes(tripled(bytes), scale: scale), shape: colours)
    case .floats(let floats): return with(.floats(tripled(floats)), shape: colours)
    }
  }

  /// The set with one channel in place of three equal ones, or nil where the channels of some image differ.
  ///
  /// - Precondition: Images have three channels.
  public func grayed() -> ImageSet? {
    precondition(shape[0] == 3, "\(name): images of \(shape[0]) channels are not coloured")
    let area = imageSize / 3
    func first<Value: Equatable>(_ values: [Value]) -> [Value]? {
      var result: [Value] = []
      result.reserveCapacity(values.count / 3)
      for start in stride(from: 0, to: values.count, by: 3 * area) {
        let plane = values[start..<start + area]
        for channel in 1..<3 {
          let other = values[start + channel * area..<start + (channel + 1) * area]
          guard plane.elementsEqual(other) else { return nil }
        }
        result += plane
      }
      return result
    }
    let gray = [1] + shape[1...]
    switch pixels {
    case .bytes(let bytes, let scale):
      return first(bytes).map { with(.bytes($0, scale: scale), shape: gray) }
    case .floats(let floats): return first(floats).map { with(.floats($0), shape: gray) }
    }
  }
}
