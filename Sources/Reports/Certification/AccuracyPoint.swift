/// What was shown at one radius: a point of the curve.
struct AccuracyPoint {
  /// The radius.
  var epsilon: Double
  /// The examples.
  var count: Int
  /// The part that the network is right about.
  var clean: Double
  /// The part that it is right about and no violation was found of; nil where none was looked for.
  var attacked: Double?
  /// The part that is certified; nil where that was not asked.
  var certified: Double?
}
