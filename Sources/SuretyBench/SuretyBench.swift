import ArgumentParser

/// Times what `docs/performance.md` quotes; every measurement prints one JSON object.
@main
struct SuretyBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surety-bench",
    abstract: "Times bounds, training and norms for docs/performance.md.",
    subcommands: [BoundsBenchmark.self, TrainingBenchmark.self, NormBenchmark.self])
}
