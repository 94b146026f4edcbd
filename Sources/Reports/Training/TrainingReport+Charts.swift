import Foundation
import Records

extension TrainingReport {
  /// A line over the epochs that have a number.
  private func line(
    _ name: String, _ tone: Tone, isFaint: Bool = false, _ value: (EpochRecord) -> Double?
  ) -> LineChart.Series {
    let points = epochs.compactMap { epoch in
      value(epoch).map { LineChart.Point(x: Double(epoch.epoch), y: $0) }
    }
    return LineChart.Series(name: name, points: points, tone: tone, isFaint: isFaint)
  }

  /// The first epoch that ended with the full radius, when the radius grew before.
  private var rampEnd: LineChart.Mark? {
    guard let full = epochs.map(\.epsilon).max(), full > 0, epochs[0].epsilon < full,
      let first = epochs.first(where: { $0.epsilon >= full * (1 - 1e-9) })
    else { return nil }
    return LineChart.Mark(x: Double(first.epoch), name: "full radius")
  }

  var accuracyChart: String {
    LineChart(
      "Accuracy", over: "epoch",
      [
        line("clean, test", .clean) { $0.test?.cleanAccuracy },
        line("clean, training", .clean, isFaint: true, \.cleanAccuracy),
        line("attack, test", .attacked) { $0.test?.attackAccuracy },
        line("verified, test", .verified) { $0.test?.verifiedAccuracy },
        line("verified, training", .verified, isFaint: true, \.verifiedAccuracy),
      ], mark: rampEnd, label: percentTick
    ).html
  }

  var lossChart: String {
    let series = [
      line("minimised", .ink, \.loss),
      line("on clean images", .clean, isFaint: true, \.cleanLoss),
      line("of the method", .verified, isFaint: true, \.robustLoss),
      line("regularisers", .soft, isFaint: true, \.regularizer),
      line("distance from the teacher", .attacked, isFaint: true, \.distillation),
    ]
    // What is minimised decides the scale: regularisers that fade would leave no room for the rest.
    return LineChart(
      "Loss", over: "epoch", series, scale: scale([series[0]]), mark: rampEnd
    ).html
  }

  /// What the chart of the radius shows, with its unit.
  var epsilonName: String {
    let name = RadiusUnit(epochs.map(\.epsilon)).name
    return name.prefix(1).uppercased() + name.dropFirst()
  }

  var epsilonChart: String {
    let unit = RadiusUnit(epochs.map(\.epsilon))
    return LineChart(
      "Radius", over: "epoch", [line(unit.name, .ink) { unit.value($0.epsilon) }]
    ).html
  }

  var learningRateChart: String {
    let series = [line("learning rate", .ink, \.learningRate)]
    return LineChart("Learning rate", over: "epoch", series, scale: scale(series)).html
  }

  /// How far steps turn each matrix whose size does not matter; nil where there is none.
  var effectiveRateChart: String? {
    let names = epochs.last { $0.effectiveRates != nil }?.effectiveRates?.map(\.name) ?? []
    guard !names.isEmpty else { return nil }
    let series = names.enumerated().map { index, name in
      line(name, .layer(index, of: names.count)) { epoch in
        epoch.effectiveRates?.first { $0.name == name }?.rate
      }
    }
    return LineChart("Effective learning rate", over: "epoch", series, scale: scale(series)).html
  }

  /// How evenly attention spreads, block by block, and what that cannot be below; nil for networks without attention.
  var attentionChart: String? {
    let names = epochs.last { $0.attention != nil }?.attention?.map(\.name) ?? []
    guard !names.isEmpty else { return nil }
    func own(_ epoch: EpochRecord, _ name: String) -> AttentionRecord? {
      epoch.attention?.first { $0.name == name }
    }
    let series = names.enumerated().flatMap { index, name in
      [
        line(name, .layer(index, of: names.count)) { own($0, name)?.entropy },
        line("\(name), at least", .layer(index, of: names.count), isFaint: true) {
          own($0, name)?.entropyAtLeast
        },
      ]
    }.filter { !$0.points.isEmpty }
    return LineChart("Entropy", over: "epoch", series).html
  }

  var gradientChart: String {
    let series = [line("norm before clipping", .ink, \.gradientNorm)]
    return LineChart(
      "Norm of the gradient", over: "epoch", series, scale: scale(series), mark: rampEnd
    ).html
  }

  /// The names of the layers, in order, of the epochs that have any.
  private var layerNames: [String] {
    epochs.last { !$0.layers.isEmpty }?.layers.map(\.name) ?? []
  }

  var widthChart: String {
    let names = layerNames
    let series = names.enumerated().map { index, name in
      line(name, .layer(index, of: names.count)) { epoch in
        epoch.layers.first { $0.name == name }?.width
      }
    }
    return LineChart(
      "Bound width over input width", over: "epoch", series, scale: scale(series), mark: rampEnd
    ).html
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
      return StateChart(name, moments, over: range).html
    }
    let legend = ["active", "unstable", "inactive"].map {
      "<li><i class=\"swatch \($0)\"></i>\($0)</li>"
    }
    return "<ul class=\"key always\">\(legend.joined())</ul>"
      + "<div class=\"small\">\(pictures.joined(separator: "\n"))</div>"
  }

  /// Logarithms where numbers differ by more than a factor of thirty.
  func scale(_ series: [LineChart.Series]) -> Axis.Scale {
    let values = series.flatMap(\.points).map(\.y)
    guard let low = values.min(), let high = values.max(), low > 0 else { return .linear }
    return high / low > 30 ? .logarithmic : .linear
  }
}
