import CKernels
import COpenBLAS

/// OpenBLAS as this program uses it.
public enum BLASLibrary {
  /// One thread, since it is called from our own: its own would fight them and ignore the rounding mode. And the kernels of this processor.
  ///
  /// Read before the first product; Swift lets one thread do it and the others wait.
  public static let isReady: Void = {
    openblas_set_num_threads(1)
    surety_choose_blas_kernels {
      UnsafePointer(openblas_get_corename())
    }
  }()
}
