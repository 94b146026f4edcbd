import Networks

/// What is wrong with a node or a tensor, in words; the importer adds where.
struct ONNXProblem: Error {
  var message: String

  init(_ message: String) { self.message = message }
}

/// The most elements that a tensor of a model may have; more is taken for a broken file.
let largestElementCount = Int(Int32.max)

/// The most elements of a tensor that a node computes: a gigabyte of doubles, which a few bytes of a file can ask for.
let largestComputedCount = 1 << 27

/// The number of elements of a shape, or nil when it is negative or too large.
func elementCount(_ dimensions: [Int]) -> Int? {
  if dimensions.contains(0) { return 0 }
  var count = 1
  for extent in dimensions {
    let (product, overflow) = count.multipliedReportingOverflow(by: extent)
    guard extent > 0, !overflow, product <= largestElementCount else { return nil }
    count = product
  }
  return count
}

/// The number of elements of a shape that a node computes.
func checkedElementCount(_ dimensions: [Int]) throws(ONNXProblem) -> Int {
  guard let count = elementCount(dimensions), count <= largestComputedCount else {
    let shape = dimensions.map(String.init).joined(separator: "x")
    throw ONNXProblem("shape \(shape) is invalid or has more than \(largestComputedCount) elements")
  }
  return count
}
