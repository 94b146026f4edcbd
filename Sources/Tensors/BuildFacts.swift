import CKernels
import COpenBLAS

/// What the arithmetic was built with, for records of a run.
public enum BuildFacts {
  /// The version of Swift, as exactly as a program can know its own, and of the C compiler that comes with it.
  ///
  /// Swift tells a program only whether its compiler is at least of some version, so the first number is the newest
  /// that this list knows; the second tells builds apart.
  public static var compiler: String { "Swift \(swift), \(String(cString: surety_compiler()))" }

  private static var swift: String {
    #if compiler(>=6.5)
      "6.5 or newer"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #elseif compiler(>=6.2)
      "6.2"
    #else
      "6.1"
    #endif
  }

  /// The version, the options and the processor's kernels of OpenBLAS, such as
  /// `OpenBLAS 0.3.21 DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=64`.
  public static var openBLAS: String {
    _ = BLASLibrary.isReady
    return String(cString: openblas_get_config())
  }
}
