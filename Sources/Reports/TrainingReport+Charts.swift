import Certificates
import Foundation

extension TrainingReport {
  /// A line over the epochs that have a number.
  private func line(
    _ name: String, colour: Int, isFaint: Bool = false, _ value: (EpochRecord) -> Double?
  ) -> LineChart.Series {
    let points = epochs.compactMap { epoch in
      value(epoch).map { LineChart.Point(x: Double(epoch.epoch), y: $0) }
    }
    return LineChart.Series(name: name, points: points, colour: colour, isFaint: isFaint)
  }

  /// The first epoch that ended with the full radius, when the radius grew before.
  private var rampEnd: (x: Double, name: String)? {
    guard let full = epochs.map(\.epsilon).max(), full > 0, epochs[0].epsilon < full,
      let first = epochs.first(where: { $0.epsilon >= full * (1 - 1e-9) })
    else { return nil }
    return (Double(first.epoch), "full radius")
  }

  var accuracyChart: String {
    LineChart(
      "Accuracy", over: "epoch",
      [
        line("right, test", colour: 0) { $0.test?.cleanAccuracy },
        line("right, training", colour: 0, isFaint: true, \.cleanAccuracy),
        line("under attack, test", colour: 2) { $0.test?.attackAccuracy },
        line("verified, test", colour: 1) { $0.test?.verifiedAccuracy },
        line("verified, training", colour: 1, isFaint: true, \.verifiedAccuracy),
      ], mark: rampEnd, label: percentTick
    ).svg
  }

  var lossChart: String {
    let series = [
      line("minimised", colour: 0, \.loss),
      line("on clean images", colour: 2, isFaint: true, \.cleanLoss),
      line("of the method", colour: 1, isFaint: true, \.robustLoss),
      line("regularisers", colour: 3, isFaint: true, \.regularizer),
    ]
    // What is minimised decides the scale: regularisers that fade would leave no room for the rest.
    return LineChart(
      "Loss", over: "epoch", series, scale: scale([series[0]]), mark: rampEnd
    ).svg
  }

  var epsilonChart: String {
    let unit = RadiusUnit(epochs.map(\.epsilon))
    return LineChart(
      "Radius", over: "epoch", [line(unit.name, colour: 0) { unit.value($0.epsilon) }]
    ).svg
  }

  var learningRateChart: String {
    let series = [line("learning rate", colour: 0, \.learningRate)]
    return LineChart("Learning rate", over: "epoch", series, scale: scale(series)).svg
  }

  var gradientChart: String {
    let series = [line("norm before clipping", colour: 0, \.gradientNorm)]
    return LineChart(
      "Norm of the gradient", over: "epoch", series, scale: scale(series), mark: rampEnd
    ).svg
  }

  /// The names of the layers, in order, of the epochs that have any.
  private var layerNames: [String] {
    epochs.last { !$0.layers.isEmpty }?.layers.map(\.name) ?? []
  }

  var widthChart: String {
    let series = layerNames.enumerated().map { index, name in
      line(name, colour: index) { epoch in
        epoch.layers.first { $0.name == name }?.width
      }
    }
    return LineChart(
      "Bound width over input width", over: "epoch", series, scale: scale(series), mark: rampEnd
    ).svg
  }

  var stateCharts: String {
    let names = layerNames
    guard !names.isEmpty else { return "<p>Nothing was measured.</p>" }
    let range = epochs.filter { !$0.layers.isEmpty }.map { Double($0.epoch) }
    let pictures = names.map { name in
      let moments = epochs.compactMap { epoch -> StateChart.Moment? in
        guard let layer = epoch.layers.first(where: { $0.name == name }) else { return nil }
        return StateChart.Moment(
          x: Double(epoch.epoch), lower: layer.inactive, upper: layer.active)
      }
      return "<div>\(StateChart(name, moments, over: range).svg)</div>"
    }
    let legend = ["active", "unstable", "inactive"].map {
      "<li><span class=\"key \($0)\"></span>\($0)</li>"
    }
    return "<ul class=\"legend\">\(legend.joined())</ul>"
      + "<div class=\"small\">\(pictures.joined(separator: "\n"))</div>"
  }

  /// Logarithms where numbers differ by more than a factor of thirty.
  private func scale(_ series: [LineChart.Series]) -> Axis.Scale {
    let values = series.flatMap(\.points).map(\.y)
    guard let low = values.min(), let high = values.max(), low > 0 else { return .linear }
    return high / low > 30 ? .logarithmic : .linear
  }

  func percentTick(_ value: Double) -> String {
    "\(shortNumber((1e3 * value).rounded() / 10)) %"
  }
}
