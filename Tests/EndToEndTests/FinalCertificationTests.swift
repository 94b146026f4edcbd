import Foundation
import Surety
import TestSupport
import Testing

@Suite("At the end of training the certifier judges the model")
struct FinalCertificationTests {
  @Test("as surety certify does, and the record, the page and the output say so")
  func sameAnswers() throws {
    let tiny = try TinyTraining(epochs: 8, more: "evaluation: {every: 8, certify: 40}")
    let outcome = try tiny.train("out")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let run = try TrainingRun(contentsOf: tiny.path("out/run.json"))
    let record = try #require(run.certification)
    #expect(record.count == 40 && record.requested == 40)
    #expect(record.methods == ["ibp", "crown-ibp", "crown"] && record.arithmetic == "float32")
    #expect(record.radii.map(\.epsilon) == run.radii.map(\.epsilon))
    for radius in record.radii {
      #expect(radius.certifiedAccuracy <= radius.attackAccuracy)
      #expect(radius.attackAccuracy <= radius.cleanAccuracy)
      let certified = try Program.run(
        "certify", tiny.path("out/model.onnx"), "--data", "digits", "--first", "40", "--eps",
        "\(radius.epsilon)", "--methods", "ibp,crown-ibp,crown", "--out",
        tiny.path("certified\(radius.epsilon)"), "--json"
      ).object()
      #expect(certified["certified_accuracy"] as? Double == radius.certifiedAccuracy)
      #expect(certified["clean_accuracy"] as? Double == radius.cleanAccuracy)
    }
    let accuracies = record.radii.map(\.certifiedAccuracy)
    #expect(accuracies == accuracies.sorted(by: >), "larger regions have no more certified images")
    #expect(accuracies[0] > accuracies[4], "the radii must tell images apart")
    #expect(
      outcome.output.contains("the first 40 test images, certified by ibp, crown-ibp, crown:\n"))
    #expect(
      outcome.output.contains(
        String(format: "  eps 0.06250: certified %.2f %%", 100 * accuracies[3])))
    let page = try String(contentsOfFile: tiny.path("out/report.html"), encoding: .utf8)
    #expect(
      page.contains("The first 40 test images, certified by ibp, crown-ibp, crown in float32"))
    #expect(page.contains(">certified</th>"))
  }

  @Test("with the number of images that a flag says, 0 for none")
  func flag() throws {
    let tiny = try TinyTraining(epochs: 2, more: "evaluation: {first: 20}")
    #expect(try tiny.train("some", "--certify", "7").code == 0)
    let some = try TrainingRun(contentsOf: tiny.path("some/run.json")).certification
    #expect(some?.count == 7)
    #expect(try tiny.train("none", "--certify", "0").code == 0)
    #expect(try TrainingRun(contentsOf: tiny.path("none/run.json")).certification == nil)
    // More than there are: all of them.
    #expect(try tiny.train("all").code == 0)
    let all = try TrainingRun(contentsOf: tiny.path("all/run.json")).certification
    #expect(all?.count == 20 && all?.requested == 20)
  }

  @Test("within its time, and says how few images there was time for")
  func timeLimit() throws {
    let tiny = try TinyTraining(epochs: 2, more: "evaluation: {first: 64, seconds: 1e-9}")
    let outcome = try tiny.train("out")
    #expect(outcome.code == 0)
    let record = try #require(try TrainingRun(contentsOf: tiny.path("out/run.json")).certification)
    #expect(record.count == 0 && record.requested == 64 && record.radii.isEmpty)
    #expect(
      outcome.output.contains(
        "no test image could be certified by ibp, crown-ibp, crown in the time; see evaluation.seconds"
      ))
    let page = try String(contentsOfFile: tiny.path("out/report.html"), encoding: .utf8)
    #expect(page.contains("No test image could be certified by ibp, crown-ibp, crown in"))
  }

  @Test("until it is stopped, which leaves the model and what was certified until then")
  func stopped() throws {
    let tiny = try TinyTraining(epochs: 2, more: "evaluation: {first: 64}")
    let session = try TrainingSession(
      Recipe.named(tiny.recipe, settings: []), folder: tiny.path("out"), resumes: false)
    var steps: [CertificationProgress] = []
    let status = try session.train(isStopped: { !steps.isEmpty }) { progress in
      if let step = progress.certification { steps.append(step) }
    }
    #expect(status == .finished)
    #expect(steps.map(\.done) == [16] && steps.map(\.requested) == [64])
    let run = try TrainingRun(contentsOf: tiny.path("out/run.json"))
    #expect(run.status == .finished && run.certification?.count == 16)
    #expect(run.modelDigest == (try sha256(ofFile: tiny.path("out/model.onnx"))))
  }

  @Test("within a minute, or a tenth of the training's time, or the time that the recipe says")
  func budget() throws {
    let text = "data: {name: digits}\nepsilon: {test: 0.1}\n"
    let standard = try Recipe(yaml: text, source: "r.yaml").evaluation
    #expect([0, 600, 6_000].map(standard.certificationSeconds) == [60, 60, 600])
    let own = try Recipe(yaml: text, source: "r.yaml", settings: ["evaluation.seconds=5"])
    #expect(own.evaluation.certificationSeconds(afterTraining: 6_000) == 5)
    #expect(own.yaml.contains("  seconds: 5\n") && standard.seconds == nil)
  }

  @Test("and the record names the versions and the data")
  func versions() throws {
    let tiny = try TinyTraining(epochs: 2)
    #expect(try tiny.train("out").code == 0)
    let run = try TrainingRun(contentsOf: tiny.path("out/run.json"))
    #expect(run.version == Release.version)
    let software = try #require(run.software)
    #expect(
      software.compiler.contains(#/^Swift 6\.\d.*[Cc]lang.* \d+\.\d+/#), "\(software.compiler)")
    #expect(software.openBLAS.contains(#/^OpenBLAS .*\d+\.\d+\.\d+/#), "\(software.openBLAS)")
    #expect(run.images.training.digest == Datasets.digits(.train).digest)
    #expect(run.images.test.count == 64 && run.images.test.digest.count == 64)
    #expect(run.startDigest == nil)
  }
}
