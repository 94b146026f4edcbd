import Surety

/// A limit of memory as the command line names it: `512M`, `4G`.
struct MemorySize {
  private let text: String
  private let bytes: Int

  /// What the program and an ordinary model take by themselves.
  private static let base = 80 << 20

  init(_ text: String) throws(InputError) {
    self.text = text
    let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    let shift = text.last.flatMap { units[Character($0.uppercased())] }
    let digits = shift == nil ? text[...] : text.dropLast()
    guard let number = Double(digits), number > 0, number < 1e9 else {
      throw InputError("--memory", "'\(text)' is not a size, expected one such as 512M or 4G")
    }
    bytes = Int(number * Double(1 << (shift ?? 0)))
  }

  /// Limits what is kept for reuse, and returns the bytes that bounds and searches may use.
  func apply() -> Int {
    let free = max(bytes / 4, bytes - Self.base)
    let reused = min(256 << 20, free / 4)
    MemoryReuse.limit(reused)
    return (free - reused) / 20 * 17
  }

  /// Refuses a limit that is below what the work takes at the least.
  func require(_ needed: Int) throws(InputError) {
    let whole = Self.base + needed
    guard bytes < whole else { return }
    let mebibytes = (whole >> 20) / 16 * 16 + 16
    throw InputError(
      "--memory",
      "\(text) is less than this network takes, about \(whole >> 20)M; expected \(mebibytes)M or more"
    )
  }
}
