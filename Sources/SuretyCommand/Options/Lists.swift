import Surety

/// A list as an option has it.
func listed<T>(_ values: [T]) -> String {
  values.map { "\($0)" }.joined(separator: ",")
}

/// The words of a list with commas.
func words(_ list: String) -> [String] {
  list.split(separator: ",", omittingEmptySubsequences: false).map {
    String($0.filter { $0 != " " })
  }
}

/// The numbers of a list with commas.
///
/// - Throws: `InputError` naming the option and the word that is no number.
func numbers(_ list: String, _ option: String) throws(InputError) -> [Int] {
  try words(list).map { (word) throws(InputError) in
    guard let number = Int(word) else {
      throw InputError(option, "'\(word)' is not a number, expected a list such as 1,2,3")
    }
    return number
  }
}
