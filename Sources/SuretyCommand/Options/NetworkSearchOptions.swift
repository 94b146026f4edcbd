import ArgumentParser
import Surety

/// How the networks of a search are trained and judged.
struct SearchTrainingOptions: ParsableArguments {
  @Option(help: "The data in place of the recipe's: NAME or NAME:DIR.")
  var data: String?

  @Option(
    help: "The number of epochs of each training; schedules are stretched or shortened alike.")
  var epochs: Int?

  @Option(
    help: """
      The seconds that each training may take instead of a number of epochs: as many as fit by a trial. Results then depend on \
      the machine's pace.
      """)
  var time: Double?

  @Option(
    help: ArgumentHelp(
      "How many images judge the networks, the last ones of the training data.", valueName: "n"))
  var validation = 200

  @Option(help: "The radius at which networks are certified, such as 8/255.")
  var eps: String?

  @Option(help: "The methods of certification in place of the recipe's, such as ibp,crown.")
  var methods: String?

  @Option(
    help: ArgumentHelp(
      """
      Hand-made networks to compare with, separated by commas, each NAME, NAME:WIDTH or NAME:WIDTH:LINEAR; none for no network. They are \
      trained alike, whatever they cost.
      """, valueName: "networks"))
  var against = ArchitectureSearchOptions().references.joined(separator: ",")

  @Option(
    name: .customLong("set"),
    help: "Replace a setting of the recipe, such as optimizer.learning-rate=1e-3; may be repeated.")
  var settings: [String] = []

  func apply(to options: inout ArchitectureSearchOptions) throws(InputError) {
    (options.epochs, options.time, options.validation) = (epochs, time, validation)
    options.references = against == "none" ? [] : words(against)
    options.settings = settings
    if let data { options.settings.append("data.name=\(data)") }
    if let eps {
      _ = try Epsilon.parse(eps, source: "--eps")
      options.settings.append("epsilon.test=\(eps)")
    }
    if let methods { options.settings.append("evaluation.methods=[\(methods)]") }
  }
}

/// The networks that a search chooses from.
struct SpaceOptions: ParsableArguments {
  @Option(help: "The stages of each network.")
  var stages = SearchSpace().stages

  @Option(help: "What the blocks of a stage may be: convolution, attention, delta, decay.")
  var kinds = SearchSpace().kinds.map(\.rawValue).joined(separator: ",")

  @Option(help: "The channels that a stage may have.")
  var widths = listed(SearchSpace().widths)

  @Option(help: "How many blocks a stage may have.")
  var blocks = listed(SearchSpace().blocks)

  @Option(help: "The strides with which a stage may begin.")
  var strides = listed(SearchSpace().strides)

  @Option(help: "The sizes of the hidden linear layer; 0 for none.")
  var linear = listed(SearchSpace().linear)

  func space() throws(InputError) -> SearchSpace {
    var space = SearchSpace()
    space.stages = stages
    space.kinds = try words(kinds).map { (word) throws(InputError) in
      if let kind = NetworkStage.Kind(rawValue: word) { return kind }
      let known = NetworkStage.Kind.allCases.map(\.rawValue)
      let hint = nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? ""
      throw InputError(
        "--kinds", "'\(word)' is none, expected some of \(known.joined(separator: ", "))\(hint)")
    }
    space.widths = try numbers(widths, "--widths")
    space.blocks = try numbers(blocks, "--blocks")
    space.strides = try numbers(strides, "--strides")
    space.linear = try numbers(linear, "--linear")
    return space
  }
}
