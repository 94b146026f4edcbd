import Files
import TestSupport
import Testing

@testable import Datasets

@Suite("Tables")
struct TableTests {
  private func load(
    _ text: String, label: String? = nil, classes: ClassOrder? = nil
  ) throws -> ImageSet {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", text)
    return try Datasets.load(
      "table:\(path)", split: .test, options: DataOptions(classes: classes, labelColumn: label))
  }

  private func message(_ text: String, label: String? = nil) -> String {
    do {
      _ = try load(text, label: label)
      return "read"
    } catch let error as InputError {
      return [error.place, error.message].filter { !$0.isEmpty }.joined(separator: ": ")
    } catch {
      return "\(error)"
    }
  }

  @Test("The last column is the label, with names in the first line or without")
  func last() throws {
    for text in [
      "1.5,-2e3,1\n0,4,0\n", "a,b,c\r\n1.5,-2e3,1\r\n0,4,0\r\n", "a,b,c\r1.5,-2e3,1\r0,4,0",
    ] {
      let set = try load(text)
      #expect(set.count == 2 && set.shape == [2, 1, 1] && set.kind == .rows && set.range == nil)
      #expect(set.image(0) == [1.5, -2000] && set.image(1) == [0, 4])
      #expect(set.label(0) == 1 && set.label(1) == 0)
    }
  }

  @Test(
    "The names of the columns are those of the values, without the label's; numbers are no names")
  func valueNames() throws {
    let set = try load("width,label,\"height, m\"\n1,0,3\n2,1,4\n")
    #expect(set.valueNames == ["width", "height, m"] && set.image(1) == [2, 4])
    #expect(try set.first(1).valueNames == ["width", "height, m"])
    #expect(try load("1,2,0\n").valueNames == nil && set.exampleNames == nil)
  }

  @Test("A column called as labels are, or the one that is named, is the label")
  func named() throws {
    let text = "\u{FEFF}Label,\"a, b\",c\n1,\"2\",3\n"
    #expect(try load(text).image(0) == [2, 3] && load(text).label(0) == 1)
    #expect(try load(text, label: "c").image(0) == [1, 2] && load(text, label: "c").label(0) == 3)
    #expect(try load("5,0.5,0.25\n", label: "1").image(0) == [0.5, 0.25])
  }

  @Test("Names of classes are numbered in alphabetical order, or as the list says")
  func classes() throws {
    let text = "5.1,3.5,setosa\n7,3.2,virginica\n6,2,setosa\n"
    let set = try load(text)
    #expect((0..<3).map(set.label) == [0, 1, 0] && set.numbering == .names)
    let order = ClassOrder.list(["virginica", "versicolor", "setosa"])
    #expect(try load(text, classes: order).label(0) == 2)
  }

  @Test("A row with a value that is missing or no number is a problem of its example")
  func problems() throws {
    let set = try load("a,b,y\n1,2,0\n,2,1\n3,x,1\n1e39,1,0\n0x1,nan,1\n")
    #expect(
      (0..<5).map { set.problem(of: $0)?.place } == [
        nil, "line 3, column a", "line 4, column b", "line 5, column a", "line 6, column a",
      ])
    #expect(set.problem(of: 1)?.message == "the value is missing")
    #expect(set.problem(of: 2)?.message == "\"x\" is not a finite 32-bit number")
    #expect(set.image(2) == [0, 0] && set.label(2) == 1)
    #expect(throws: InputError.self) { try set.requireAll() }
  }

  @Test("A table that is not understood is refused with the line")
  func failures() {
    #expect(message("") == "holds no row")
    #expect(message("a,b\n") == "holds no row below the names")
    #expect(message("5\n") == "line 1: one cell; expected numbers and a label, parted by commas")
    #expect(message("1;2;0\n") == "line 1: cells parted by semicolons; expected commas")
    #expect(message("1\t2\t0\n") == "line 1: cells parted by tabulators; expected commas")
    #expect(message("1,2,0\n1,2\n") == "line 2: 2 cells; line 1 has 3")
    #expect(
      message(",a,b,y\n0,1,2,0\n")
        == "line 1: column 1 has no name; if it numbers the rows, leave it out")
    #expect(
      message("0,1,2,3\n5,6,7,1\n")
        == "line 1: 0, 1, 2, ... are numbers of columns; expected names, or no such line")
    #expect(
      message("a,b,2010,y\n1,2,3,0\n")
        == "line 1: \"2010\" among names; expected a line of names or a row of numbers and a label")
    #expect(
      message("y,class\n1,2\n")
        == "the columns y and class may both hold the label; name one with --label-column")
    #expect(message("a,b\n1,2\n", label: "bb") == "has no column \"bb\"; did you mean b?")
    #expect(message("a,a,b\n1,2,0\n", label: "a") == "has 2 columns \"a\"")
    #expect(
      message("1,2,-1\n") == "line 1: label -1; expected a whole number from 0 to 9999, or a name")
    #expect(
      message("1,a\"b,1\n") == "line 1: a quote inside a cell; expected it around the whole cell")
    #expect(
      message("a,b,y\n\"1,5\",2,0\n") == "line 2, column a: \"1,5\" is not a finite 32-bit number")
  }

  @Test("A folder stands for a table of each part, with one numbering of classes")
  func parts() throws {
    let folder = try TemporaryFolder()
    try folder.file("train.csv", "1,ant\n2,bee\n")
    try folder.file("test.csv", "3,bee\n")
    let set = try Datasets.load("table:\(folder.path)", split: .test)
    #expect(set.count == 1 && set.label(0) == 1)
    #expect(try Datasets.load("table:\(folder.path)", split: .train).count == 2)
  }

  @Test("An array of rows goes with labels.npy beside it")
  func array() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "x.npy", Sample.npy("<f4", "(2, 2)", Sample.little([1, -5, 0.5, .nan] as [Float])))
    try folder.file("labels.npy", Sample.npy("|u1", "(2,)", [1, 0]))
    let set = try Datasets.load("table:\(path)", split: .test)
    #expect(set.image(0) == [1, -5] && set.problem(of: 1) != nil && set.label(0) == 1)
    #expect(throws: InputError("table", "which file? write table:FILE")) {
      try Datasets.load("table", split: .test)
    }
    #expect(throws: InputError("x.txt", "not a table by its name; expected .csv or .npy")) {
      try Datasets.table("x.txt", split: .test)
    }
  }
}
