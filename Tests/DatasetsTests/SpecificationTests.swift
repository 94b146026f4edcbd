import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Naming a data set")
struct SpecificationTests {
  private func message(_ specification: String, _ environment: [String: String] = [:]) -> String? {
    let error = #expect(throws: InputError.self) {
      try Datasets.load(specification, split: .test, environment: environment)
    }
    return error?.description
  }

  @Test("An unknown name is answered with the known ones and the nearest")
  func unknown_Fails() {
    #expect(
      message("minst:x")
        == "data set \"minst\": unknown; known are digits, mnist, cifar10, tinyimagenet, folder, "
        + "table, npz; did you mean mnist?"
    )
    #expect(
      message("CIFAR-10")
        == "data set \"CIFAR-10\": unknown; known are digits, mnist, cifar10, tinyimagenet, folder, "
        + "table, npz; did you mean cifar10?")
    #expect(
      message("imagenet")
        == "data set \"imagenet\": unknown; known are digits, mnist, cifar10, tinyimagenet, folder, "
        + "table, npz; did you mean tinyimagenet?")
    let known = "unknown; known are digits, mnist, cifar10, tinyimagenet, folder, table, npz"
    #expect(message("speech") == "data set \"speech\": \(known)")
    #expect(message("") == "data set \"\": \(known)")
  }

  @Test("A missing folder is answered with where was looked")
  func missing_Fails() {
    #expect(
      message("mnist:/no/such")
        == "/no/such: no such folder; `surety data mnist --out /no/such` fetches the set")
    #expect(
      message("mnist", ["SURETY_DATA": "/no/sets"])
        == "mnist: looked in /no/sets/mnist (from SURETY_DATA) and there is no such folder; "
        + "name one with mnist:DIR, or `surety data mnist --out /no/sets/mnist` fetches the set")
    #expect(
      message("cifar10")
        == "cifar10: looked in data/cifar10 (SURETY_DATA is not set) and there is no such folder; "
        + "name one with cifar10:DIR, or `surety data cifar10 --out data/cifar10` fetches the set"
    )
    #expect(
      message("tinyimagenet:/no/such")
        == "/no/such: no such folder; unpack tiny-imagenet-200.zip in /no/such")
    #expect(message("mnist:") == "mnist:: no folder after the colon; expected mnist:DIR")
    #expect(message("folder") == "folder: which folder? write folder:DIR")
    #expect(
      message("digits:x") == "digits:x: digits is built in; write digits, without a folder")
  }

  @Test("SURETY_DATA is where sets are looked for")
  func environment() throws {
    let folder = try TemporaryFolder()
    try folder.file("cifar10/test_batch.bin", Sample.cifar10(labels: [4]))
    let set = try Datasets.load(
      "cifar10", split: .test, environment: ["SURETY_DATA": folder.path])
    #expect(set.label(0) == 4)
  }
}

@Suite("Normalisation")
struct NormalizationTests {
  @Test("Each channel is shifted and scaled by its own numbers")
  func channels() throws {
    let map = try Normalization(mean: "0.5, 0,0.25", std: "0.5,1,0.25")
    let image: [Float] = [0, 1, 0.5, 0.25, 0.5, 0]
    #expect(try map.apply(to: image, shape: [3, 1, 2]) == [-1, 1, 0.5, 0.25, 1, -1])
  }

  @Test("One number stands for every channel, and none changes nothing")
  func single() throws {
    let map = try Normalization(mean: [0.5], std: [0.25])
    #expect(try map.apply(to: [0, 1, 0.5], shape: [3, 1, 1]) == [-2, 2, 0])
    #expect(try Normalization.none.apply(to: [0, 0.3], shape: [2, 1, 1]) == [0, 0.3])
    #expect(Normalization.cifar10.mean.count == 3)
  }

  @Test("Impossible numbers are refused")
  func impossible_Fails() throws {
    for (mean, std, message) in [
      (
        "0.5,x", "1,1",
        "--mean: value 2: \"x\" is not a number; expected a list such as 0.49,0.48,0.45"
      ),
      ("0.5", "0", "--std: value 1: 0.0 is not a positive number"),
      ("0.5", "-1", "--std: value 1: -1.0 is not a positive number"),
      ("nan", "1", "--mean: value 1: nan is not a finite number"),
      ("0,0,0", "1", "--std: 1 value for the 3 of --mean; expected as many"),
    ] {
      let error = #expect(throws: InputError.self) { try Normalization(mean: mean, std: std) }
      #expect(error?.description == message)
    }
    #expect(throws: InputError("--mean", "3 values for images of 1 channel")) {
      try Normalization.cifar10.apply(to: [0], shape: [1, 1, 1])
    }
  }
}
