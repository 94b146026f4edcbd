import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("CIFAR-10")
struct CIFAR10Tests {
  @Test("Records come out plane by plane, in the order of the files")
  func small() throws {
    let folder = try TemporaryFolder()
    for batch in 1...5 {
      let labels = [UInt8(batch), UInt8(batch + 1)]
      try folder.file(
        "cifar-10-batches-bin/data_batch_\(batch).bin", Sample.cifar10(labels: labels))
    }
    let set = try Datasets.load("cifar10:\(folder.path)", split: .train)
    #expect(set.count == 10)
    #expect(set.shape == [3, 32, 32])
    let labels = (0..<10).map(set.label)
    #expect(labels == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6])
    #expect(Array(set.image(1).prefix(3)) == Sample.pixels(1, 2, 3))
    #expect(set.classes[set.label(2)] == "bird" && set.classes[3] == "cat")
  }

  @Test("The real test part starts with the cat", Shared.needsCIFAR10)
  func real() throws {
    let set = try Datasets.load("cifar10:\(Shared.cifar10)", split: .test)
    #expect(set.count == 10_000)
    #expect((0..<5).map(set.label) == [3, 8, 8, 0, 6])
    let first = set.image(0)
    #expect([first[0], first[1_024], first[2_048]] == Sample.pixels(158, 112, 49))
    let counts = (0..<set.count).reduce(into: Array(repeating: 0, count: 10)) { counts, index in
      counts[set.label(index)] += 1
    }
    #expect(counts == Array(repeating: 1_000, count: 10))
  }

  @Test("A cut record, a label of no class, an empty and a missing file are refused")
  func damage_Fails() throws {
    let good = Sample.cifar10(labels: [1, 2])
    var wrongLabel = good
    wrongLabel[3_073] = 10
    for (content, message): ([UInt8], String) in [
      (
        good.dropLast(5),
        "record 1: cut off after 3068 of 3073 bytes; the file has 6141 bytes, "
          + "expected a multiple of 3073"
      ),
      (wrongLabel, "record 1: label 10 is not a class; expected 0 to 9"),
      ([], "is empty; expected records of 3073 bytes"),
    ] {
      let folder = try TemporaryFolder()
      let path = try folder.file("test_batch.bin", content)
      let error = #expect(throws: InputError.self) {
        try Datasets.cifar10(folder.path, split: .test)
      }
      #expect(error?.description == "\(path): \(message)")
    }
    let folder = try TemporaryFolder()
    #expect(
      throws: InputError(
        folder.path,
        "has no test_batch.bin; expected CIFAR-10 in its binary layout (cifar-10-batches-bin)")
    ) { try Datasets.cifar10(folder.path, split: .test) }
  }
}
