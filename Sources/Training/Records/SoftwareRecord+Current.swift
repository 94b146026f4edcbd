import Records
import Tensors

extension SoftwareRecord {
  /// What this program was built with.
  public static var current: SoftwareRecord {
    SoftwareRecord(compiler: BuildFacts.compiler, openBLAS: BuildFacts.openBLAS)
  }
}
