import Files
import Testing

@testable import Datasets

@Suite("Labels")
struct LabelTests {
  private func labels(_ texts: [String], _ order: ClassOrder? = nil) throws -> [Int] {
    let found = texts.map { FoundName(name: $0) }
    let codes = try ClassCodes(table: found, source: "labels.csv", order: order)
    return texts.map { Int(codes.code(of: $0)) }
  }

  @Test("Numbers are labels, however table tools write them")
  func numbers() throws {
    #expect(try labels(["1.0", "2.0"]) == [1, 2])
    #expect(try labels(["03", "3", "3.", "+3", "3e0", "0"]) == [3, 3, 3, 3, 3, 0])
  }

  @Test("Words are numbered in alphabetical order, and capitals come first as in Python")
  func names() throws {
    #expect(try labels(["dog", "cat", "Zebra", "dog"]) == [2, 1, 0, 2])
    #expect(try labels(["True", "False"]) == [1, 0])
    #expect(try labels(["3d", "0x1", "1-2"]) == [2, 0, 1])
  }

  @Test("A list of classes, or a rule, decides the order")
  func orders() throws {
    #expect(try labels(["dog", "cat"], .list(["dog", "ant", "cat"])) == [0, 2])
    #expect(try labels(["10", "2"], .alphabetical) == [0, 1])
    #expect(try labels(["10", "2"], .numbers) == [10, 2])
    #expect(try labels(["-1", "1"], .list(["-1", "1"])) == [0, 1])
    #expect(throws: InputError("labels.csv", "class \"cow\" is not in the list of --classes")) {
      try labels(["cow"], .list(["dog"]))
    }
    #expect(throws: InputError.self) { try labels(["cow", "1"], .numbers) }
  }

  private func folders(_ names: [String], _ order: ClassOrder? = nil) throws -> ClassCodes {
    try ClassCodes(folders: names, source: "folder", order: order)
  }

  @Test("Folders tell whether their names in alphabetical order would give other labels")
  func numbering() throws {
    #expect(try folders(["0", "1", "2"]).numbering == .numbers(otherClasses: nil))
    #expect(try folders(["00", "01", "10"]).numbering == .numbers(otherClasses: 3))
    let eleven = (0...10).map(String.init)
    #expect(try folders(eleven).numbering == .numbers(otherClasses: 11))
    #expect(try folders(eleven, .numbers).numbering == .given)
    #expect(try folders(["1", "2"]).numbering == .numbers(otherClasses: 2))
    #expect(try folders(["cat", "1"]).numbering == .names)
    #expect(
      throws: InputError("folder", "the folders 03 and 3 are the same number; expected one a class")
    ) { try folders(["3", "03"]) }
  }

  private func array(_ type: String, _ shape: String, _ body: [UInt8]) throws -> NumpyArray {
    try NumpyArray(Sample.npy(type, shape, body), path: "labels.npy")
  }

  @Test("Labels in arrays are whole numbers of any type, in a column or marked in rows")
  func arrays() throws {
    let floats = try array("<f8", "(3,)", Sample.little([2, 0, 1] as [Double]))
    #expect(try ArrayLabels(floats, count: 3, nil).values == [2, 0, 1])
    let column = try array("|u1", "(2, 1)", [7, 0])
    #expect(try ArrayLabels(column, count: 2, nil).values == [7, 0])
    let marked = try array("|u1", "(2, 3)", [0, 0, 1, 1, 0, 0])
    let labels = try ArrayLabels(marked, count: 2, nil)
    #expect(labels.values == [2, 0] && labels.classes.count == 3)
    let flags = try array("|b1", "(2,)", [1, 0])
    #expect(try ArrayLabels(flags, count: 2, nil).values == [1, 0])
  }

  @Test("What has no meaning for the data is refused")
  func options_Fails() throws {
    #expect(
      throws: InputError("--classes", "is for folders, tables and arrays; digits has its classes")
    ) { try Datasets.load("digits", split: .test, options: DataOptions(classes: .numbers)) }
    #expect(throws: InputError("--label-column", "is for tables: --data table:FILE")) {
      try Datasets.load("folder:x", split: .test, options: DataOptions(labelColumn: "y"))
    }
    let plain = try array("|u1", "(1,)", [0])
    #expect(throws: InputError.self) { try ArrayLabels(plain, count: 1, .alphabetical) }
  }

  @Test("Numbers that are no labels are refused with the element")
  func arrays_Fails() throws {
    for (body, text) in [([0.5, 1], "0.5"), ([-1, 1], "-1"), ([.nan, 1], "nan")]
      as [([Double], String)]
    {
      let wrong = try array("<f8", "(2,)", Sample.little(body))
      #expect(
        throws: InputError(
          "labels.npy", place: "element 0", "label \(text) is not a whole number from 0 to 9999")
      ) { try ArrayLabels(wrong, count: 2, nil) }
    }
    let marked = try array("|u1", "(2, 2)", [0, 1, 1, 1])
    #expect(
      throws: InputError(
        "labels.npy", place: "row 1",
        "2 numbers that are not a single 1 among zeros; expected a label per example")
    ) { try ArrayLabels(marked, count: 2, nil) }
    #expect(throws: InputError.self) {
      try ArrayLabels(try array("<U2", "(1,)", [UInt8](repeating: 0, count: 8)), count: 1, nil)
    }
  }
}
