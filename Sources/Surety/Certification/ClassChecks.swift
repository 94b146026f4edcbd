import Datasets
import Files

extension ImageSet {
  /// Checks that labels are outputs of a network.
  ///
  /// - Parameter outputs: The number of the network's outputs; one output tells two classes apart.
  /// - Throws: `InputError` when a label is no output, or when it is not clear which output a class is.
  func checkClasses(outputs given: Int) throws(InputError) {
    let outputs = max(2, given)
    let what = given == 1 ? "one output, which tells 2 classes apart" : "\(outputs) outputs"
    let labels = (0..<count).map(label)
    let (least, most) = (labels.min() ?? 0, labels.max() ?? 0)
    let list = given == 1 ? "\(what) (0 and 1)" : "\(what) (classes 0 to \(outputs - 1))"
    switch numbering {
    case .names where classes.count != outputs:
      throw InputError(
        name,
        "has the \(classes.count) classes \(few(classes)), the network has \(what); "
          + (given == 1
            ? "expected data of two classes"
            : "name all in the order of the outputs with --classes FILE"))
    case .numbers(let others?) where others == outputs:
      throw InputError(
        name,
        "its folders are numbers that are in another order by name, as for 2 and 10, or do not start at 0; "
          + "say which gives the labels: --classes numbers, or --classes alphabetical as in PyTorch's ImageFolder"
      )
    default: break
    }
    if most >= outputs {
      let isOneBased = least >= 1 && most == outputs
      throw InputError(
        name,
        isOneBased
          ? "labels go from \(least) to \(most), the network has \(list); count labels from 0"
          : "label \(most) of example \(labels.firstIndex(of: most) ?? 0), the network has \(list)")
    }
    guard classes.count <= outputs else {
      throw InputError(name, "has \(classes.count) classes, the network has \(what)")
    }
  }

  private func few(_ names: [String]) -> String {
    names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", ..." : "")
  }
}
