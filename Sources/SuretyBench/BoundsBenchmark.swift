import ArgumentParser
import Foundation
import Surety

/// Times one way of bounding one network, over images of its data set.
struct BoundsBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bounds", abstract: "Times bounds of nine margins over a batch of images.")

  @Argument(help: "mnist-net_256x4, cifar_wide, resnet_2b or resnet_4b.")
  var network: String
  @Option(help: "The folder with reference/, benchmarks/ and datasets/.")
  var shared = ProcessInfo.processInfo.environment["SURETY_SHARED"] ?? "../shared"
  @Option(help: "The folder with CIFAR-10's test_batch.bin.")
  var cifar = "data/cifar10"
  @Option(help: "Images bounded together.")
  var batch = 1
  @Option(help: "The radius in pixels' units, such as 1/255.")
  var eps = "1/255"
  @Option(help: "ibp, crown-ibp, crown, alpha-crown-fixed or alpha-crown-full.")
  var method = "crown"
  @Option(help: "float32 or float64.")
  var precision = "float32"
  @Option(help: "Worker threads.")
  var threads = 2
  @Option(help: "Timed runs, after a third of a second of others or one at least.")
  var repeats = 5
  @Option(help: "Steps for each intermediate neuron in alpha-CROWN-full.")
  var intermediateIterations: Int?

  private static let files = [
    "mnist-net_256x4": "reference/models/mnist-net_256x4.onnx",
    "cifar_wide": "benchmarks/oval21/onnx/cifar_wide_kw.onnx.gz",
    "resnet_2b": "reference/models/resnet_2b.onnx",
    "resnet_4b": "reference/models/resnet_4b.onnx",
  ]

  struct Row: Encodable {
    var network: String
    var batch: Int
    var eps: String
    var method: String
    var precision: String
    var median_ms: Double
    var min_ms: Double
    var repeats: Int
    var mean_lower: Double
    var certified: Int
  }

  func run() throws {
    let row =
      switch precision {
      case "float32": try measured(Float.self)
      case "float64": try measured(Double.self)
      default: throw ValidationError("Unknown precision \(precision)")
      }
    print(String(decoding: try JSONEncoder().encode(row), as: UTF8.self))
  }

  private func measured<Scalar: TensorScalar>(_ type: Scalar.Type) throws -> Row {
    guard let file = Self.files[network] else {
      throw ValidationError("Unknown network \(network); known: \(Self.files.keys.sorted())")
    }
    Workers.limit = threads
    let model = try Network(contentsOf: "\(shared)/\(file)").simplified()
    let bounder = Bounder<Tensor<Scalar>>(model, options: options)
    let box: Interval<Tensor<Scalar>> = try inputBox(model)
    let labels = predictions(bounder, box.center)
    let margins = OutputFunctions<Tensor<Scalar>>.margins(
      labels: labels, classes: model.outputShape.count)
    let clock = ContinuousClock()
    // The cores of a virtual machine need some tenths of a second of work to reach their speed.
    let start = clock.now
    var lower = try bounds(bounder, InputSet(box: box), margins)
    while clock.now - start < .seconds(0.3) {
      lower = try bounds(bounder, InputSet(box: box), margins)
    }
    var times: [Double] = []
    for _ in 0..<repeats {
      let elapsed = try clock.measure { lower = try bounds(bounder, InputSet(box: box), margins) }
      times.append(elapsed / .milliseconds(1))
    }
    times.sort()
    let values = lower.scalars.map(Double.init)
    let rows = stride(from: 0, to: values.count, by: margins.count).map {
      values[$0..<$0 + margins.count].min() ?? -.infinity
    }
    return Row(
      network: network, batch: batch, eps: eps, method: method, precision: precision,
      median_ms: times[times.count / 2], min_ms: times[0], repeats: repeats,
      mean_lower: values.reduce(0, +) / Double(values.count),
      certified: rows.filter { $0 > 0 }.count)
  }

  private var options: BoundOptions {
    var options = BoundOptions()
    options.optimizesIntermediateBounds = method.lowercased().hasSuffix("full")
    if let intermediateIterations { options.intermediateSteps.count = intermediateIterations }
    return options
  }

  private func bounds<Scalar>(
    _ bounder: Bounder<Tensor<Scalar>>, _ inputs: InputSet<Tensor<Scalar>>,
    _ margins: OutputFunctions<Tensor<Scalar>>
  ) throws -> Tensor<Scalar> {
    switch method.lowercased() {
    case "ibp": try bounder.lowerBounds(of: margins, over: inputs, by: .ibp).lower
    case "crown-ibp": try bounder.lowerBounds(of: margins, over: inputs, by: .crownIBP).lower
    case "crown": try bounder.lowerBounds(of: margins, over: inputs, by: .crown).lower
    case "alpha-crown-fixed", "alpha-crown-full":
      try bounder.optimizedLowerBounds(of: margins, bounder.alphaCROWN(over: inputs))
    default: throw ValidationError("Unknown method \(method)")
    }
  }

  private func inputBox<Scalar>(_ model: Network) throws -> Interval<Tensor<Scalar>> {
    let isDigits = network.hasPrefix("mnist")
    let set = try Datasets.load(
      isDigits ? "mnist:\(shared)/datasets/mnist" : "cifar10:\(cifar)", split: .test)
    let mean: [Scalar] = isDigits ? [0] : [0.4914, 0.4822, 0.4465]
    let deviation: [Scalar] = isDigits ? [1] : [0.2471, 0.2435, 0.2616]
    let size = model.inputShape.count
    let pixels = size / mean.count
    let radius = Scalar(try Epsilon.parse(eps, source: "--eps"))
    var (lower, upper): ([Scalar], [Scalar]) = ([], [])
    for index in 0..<batch {
      for (i, value) in set.image(index).enumerated() {
        let channel = i / pixels
        let x = (Scalar(value) - mean[channel]) / deviation[channel]
        lower.append(x - radius / deviation[channel])
        upper.append(x + radius / deviation[channel])
      }
    }
    let shape = Shape([batch] + model.inputShape.dimensions)
    return Interval(lower: Tensor(shape, lower), upper: Tensor(shape, upper))
  }

  private func predictions<Scalar>(
    _ bounder: Bounder<Tensor<Scalar>>, _ x: Tensor<Scalar>
  ) -> [Int] {
    let classes = bounder.network.outputShape.count
    let outputs = bounder.network.evaluate(x, bounder.parameters).scalars
    return (0..<batch).map { example in
      let own = outputs[example * classes..<(example + 1) * classes]
      return own.indices.max { own[$0] < own[$1] }.map { $0 - own.startIndex } ?? 0
    }
  }
}
