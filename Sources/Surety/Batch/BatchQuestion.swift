import Digests
import Files

/// What an instance of a table asks, in full: answers are kept for the same question alone.
public struct BatchQuestion: Hashable, Sendable {
  /// The instance as the table names it, with the time limit that it gets.
  public var instance: InstanceList.Instance
  /// The SHA-256 digest of the model, empty where it cannot be read.
  public var modelDigest: String
  /// The SHA-256 digest of the property, decompressed; empty where it cannot be read.
  public var propertyDigest: String
  /// What else the answer depends on, such as `version=1.0 complete=bab`.
  public var options: String

  /// Whether both files could be read.
  public var isReadable: Bool { !modelDigest.isEmpty && !propertyDigest.isEmpty }

  /// Creates a question.
  public init(
    _ instance: InstanceList.Instance, modelDigest: String, propertyDigest: String, options: String
  ) {
    self.instance = instance
    self.modelDigest = modelDigest
    self.propertyDigest = propertyDigest
    self.options = options
  }

  /// What differs from an earlier question about files of the same names, in words; nil where nothing does.
  public func change(from earlier: BatchQuestion) -> String? {
    if !isReadable { return "a file cannot be read" }
    if modelDigest != earlier.modelDigest { return "the model has changed" }
    if propertyDigest != earlier.propertyDigest { return "the property has changed" }
    if instance.timeout != earlier.instance.timeout { return "the time limit has changed" }
    return options == earlier.options ? nil : "the options have changed"
  }
}

/// The digests of the files of a table; each file is read once, whatever becomes of it.
public struct InstanceDigests {
  private let list: InstanceList
  private var known: [String: String] = [:]

  /// Begins with none.
  public init(_ list: InstanceList) { self.list = list }

  /// The question that an instance asks.
  public mutating func question(
    _ instance: InstanceList.Instance, options: String
  ) -> BatchQuestion {
    BatchQuestion(
      instance,
      modelDigest: digest(of: instance.model) { (path) throws(InputError) in
        try Surety.modelDigest(ofFile: path)
      },
      propertyDigest: digest(of: instance.property) { (path) throws(InputError) in
        sha256(of: try readFile(path))
      }, options: options)
  }

  private mutating func digest(
    of name: String, _ make: (String) throws(InputError) -> String
  ) -> String {
    if let known = known[name] { return known }
    // A file that cannot be read is an error of its instance, which the run of the instance tells.
    let digest = (try? make(list.path(of: name))) ?? ""
    known[name] = digest
    return digest
  }
}
