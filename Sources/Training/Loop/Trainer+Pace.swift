import Datasets

extension Trainer {
  /// The seconds that the batches of an epoch take, by trial: the mean over the run.
  ///
  /// A batch costs more once there is a radius, and more again while regularisers are on. So batches are timed at eight places of the run,
  /// evenly spread, each from the first weights, on which the time does not depend; what comes of them is thrown away.
  ///
  /// - Parameter seconds: The trial ends when each place was timed once and so much time has passed.
  /// - Returns: Seconds of an epoch, above 0.
  public func secondsPerEpoch(measuredFor seconds: Double = 2) -> Double {
    let images = batches.images.count
    let places = (0..<8).map { batchCount * (2 * $0 + 1) / 16 }
    let first = initialState
    let reader = batches.reader(upTo: .max)
    defer { reader.stop() }
    /// The seconds that a batch takes at a place of the run, and its images.
    func measured(at place: Int) -> (seconds: Double, images: Int) {
      guard let batch = reader.next() else { return (0, 0) }
      var state = first
      state.batches = place
      let begin = ContinuousClock.now
      // Where the full radius is too much for the first weights, the step was computed all the same.
      try? train(batch, &state)
      return ((ContinuousClock.now - begin) / .seconds(1), batch.count)
    }
    // The first step makes room for those after it.
    _ = measured(at: places[0])
    var (spent, seen) = (0.0, 0)
    let begin = ContinuousClock.now
    repeat {
      for place in places {
        let step = measured(at: place)
        spent += step.seconds
        seen += step.images
      }
    } while (ContinuousClock.now - begin) / .seconds(1) < seconds
    return max(1e-9, spent / Double(max(1, seen)) * Double(images))
  }
}
