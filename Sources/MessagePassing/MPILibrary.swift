import Files
import Foundation

/// The calls of MPI, loaded when they are needed from the library that `scripts/build_mpi` makes.
///
/// So the program is linked with no MPI, and starts where there is none.
struct MPILibrary: Sendable {
  typealias Start =
    @Sendable @convention(c) (UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>) -> Int32
  typealias Send =
    @Sendable @convention(c) (Int32, Int32, UnsafeRawPointer, Int32) -> OpaquePointer?
  typealias Receive =
    @Sendable @convention(c) (Int32, Int32, UnsafeMutableRawPointer, Int32) -> OpaquePointer?
  typealias IsDone = @Sendable @convention(c) (OpaquePointer) -> Int32
  typealias Probe =
    @Sendable @convention(c) (
      UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
    ) -> Int32
  typealias End = @Sendable @convention(c) () -> Void

  let start: Start
  let send: Send
  let receive: Receive
  let isDone: IsDone
  let probe: Probe
  let end: End
  let endAll: End

  /// The name of the library's file, on every system.
  static let fileName = "libsurety_mpi.so"
  /// The form of the calls that this program knows.
  private static let form: Int32 = 2

  /// Where the library may lie: beside the program, or where `make install` puts it.
  private static var candidates: [String] {
    let program =
      Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent().path ?? "."
    return ["\(program)/\(fileName)", "\(program)/../lib/\(fileName)"]
  }

  /// Loads the library.
  ///
  /// - Throws: `InputError` when it is missing, does not load, or is of another version.
  init() throws(InputError) {
    guard let path = Self.candidates.first(where: FileManager.default.fileExists) else {
      throw InputError(
        Self.fileName,
        "is missing beside the program, so that it cannot be one of several processes; install Open MPI "
          + "(scripts/install-dependencies --with-mpi) and run `make build`, or run without mpirun")
    }
    // Parts of Open MPI that it loads itself look for symbols of the rest.
    guard let handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
      throw InputError(path, "cannot be loaded: \(reason)")
    }
    func call<Call>(_ name: String, as type: Call.Type) throws(InputError) -> Call {
      guard let symbol = dlsym(handle, "surety_mpi_\(name)") else {
        throw InputError(path, "lacks surety_mpi_\(name); run `make build` again")
      }
      return unsafeBitCast(symbol, to: type)
    }
    let found = try call("form", as: (@convention(c) () -> Int32).self)()
    guard found == Self.form else {
      throw InputError(path, "is of another version of the program; run `make build` again")
    }
    start = try call("start", as: Start.self)
    send = try call("send", as: Send.self)
    receive = try call("receive", as: Receive.self)
    isDone = try call("is_done", as: IsDone.self)
    probe = try call("probe", as: Probe.self)
    end = try call("end", as: End.self)
    endAll = try call("end_all", as: End.self)
  }
}
