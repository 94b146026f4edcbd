/// The network that a training was drawn to.
public struct TeacherRecord: Codable, Sendable, Hashable {
  /// The model file as the recipe names it.
  public var file: String
  /// The SHA-256 digest of the model.
  public var digest: String

  enum CodingKeys: String, CodingKey {
    case file
    case digest = "sha256"
  }

  /// Creates a record.
  public init(file: String, digest: String) { (self.file, self.digest) = (file, digest) }
}
