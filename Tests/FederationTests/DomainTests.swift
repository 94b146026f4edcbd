import Datasets
import Federation
import Files
import TestSupport
import Testing

@Suite("Domains")
struct DomainTests {
  private let digits = Datasets.digits(.train)

  private func set(_ values: [Float], _ shape: [Int]) throws -> ImageSet {
    try ImageSet(
      named: "tiny", shape: shape, classes: ["a", "b"], values: values,
      labels: Array(repeating: 1, count: values.count / shape.reduce(1, *)))
  }

  @Test("Inverted pixels are one less what they were")
  func inverted() throws {
    let inverted = try Domain("digits+inverted").images(.train, first: 20)
    for index in 0..<20 {
      #expect(inverted.image(index) == digits.image(index).map { 1 - $0 })
      #expect(inverted.label(index) == digits.label(index))
    }
  }

  @Test("A quarter turn against the clock brings the right edge to the top, and four bring it back")
  func rotated() throws {
    let image = try set([1, 2, 3, 4, 5, 6].map { $0 / 8 }, [1, 2, 3])
    let turned = image.rotated()
    #expect(turned.shape == [1, 3, 2])
    #expect(turned.image(0) == [3, 6, 2, 5, 1, 4].map { $0 / 8 })
    #expect(turned.rotated().rotated().rotated().image(0) == image.image(0))
    let colour = try set((0..<24).map { Float($0) / 32 }, [2, 3, 2])
    #expect(colour.rotated().rotated().rotated().rotated().image(1) == colour.image(1))
  }

  @Test("Another size is the mean over the area of each new pixel")
  func resized() throws {
    let image = try set([0, 1, 0, 1, 1, 1, 0, 0], [1, 2, 4])
    #expect(image.resized(height: 1, width: 2).image(0) == [0.75, 0.25])
    #expect(image.resized(height: 2, width: 4).image(0) == image.image(0))
    // Pixels of 4/3: a third of the second belongs to the first.
    let thirds = try set([0, 1, 1, 0], [1, 1, 4]).resized(height: 1, width: 3).image(0)
    for (a, b) in zip(thirds, [0.25, 1, 0.25]) { #expect(abs(Double(a) - b) < 1e-6) }
    let large = try Domain("digits+size=20x12").images(.test, first: 3)
    #expect(large.shape == [1, 20, 12])
    for index in 0..<3 {
      let (new, old) = (large.image(index), Datasets.digits(.test).image(index))
      #expect(new.allSatisfy { (0...1).contains($0) })
      let (newMean, oldMean) = (new.reduce(0, +) / 240, old.reduce(0, +) / 64)
      #expect(abs(newMean - oldMean) < 1e-4)
    }
  }

  @Test("Parts of the training images cover them once, and leave the test images alone")
  func parts() throws {
    let parts = try (1...4).map { try Domain("digits+part=\($0)/4").images(.train) }
    #expect(parts.map(\.count) == [375, 375, 375, 375])
    let joined = parts.flatMap { part in (0..<part.count).map(part.image) }
    #expect(joined == (0..<digits.count).map(digits.image))
    #expect(try Domain("digits+part=1/4").images(.test).count == 297)
    #expect(throws: InputError.self) { try Domain("digits+part=1/2000").images(.train) }
  }

  @Test("A name leaves the folder out, and changes keep their order")
  func names() throws {
    #expect(try Domain("mnist:/data/m+size=8+inverted").name == "mnist+size=8+inverted")
    #expect(try Domain("mnist:/data/m+size=8+inverted").data == "mnist:/data/m")
    #expect(try Domain("digits").name == "digits")
  }

  @Test(
    "What is no domain is refused in one line",
    arguments: [
      (
        "digits+invertd",
        "domain \"digits+invertd\": 'invertd' is no change of images; known are size=N, inverted, rotated, part=K/N; did you mean inverted?"
      ),
      (
        "digits+size=0",
        "domain \"digits+size=0\": 'size=0' is no change of images; known are size=N, inverted, rotated, part=K/N"
      ),
      (
        "digits+part=4/3",
        "domain \"digits+part=4/3\": 'part=4/3' is no change of images; known are size=N, inverted, rotated, part=K/N"
      ),
      (
        "digits+",
        "domain \"digits+\": '' is no change of images; known are size=N, inverted, rotated, part=K/N"
      ),
      ("", "domain \"\": names no data; expected one such as digits or mnist:DIR"),
    ])
  func refusals(specification: String, expected: String) {
    let error = #expect(throws: InputError.self) { try Domain(specification) }
    #expect(error?.description == expected)
  }

  @Test("An unknown data set is refused as everywhere")
  func unknownSet() {
    let error = #expect(throws: InputError.self) { try Domain("digitz+inverted").images(.train) }
    #expect(error?.description.contains("did you mean digits?") == true)
  }
}
