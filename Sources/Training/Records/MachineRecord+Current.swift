import Foundation
import Records
import Tensors

extension MachineRecord {
  /// The machine that this program runs on.
  public static var current: MachineRecord {
    let process = ProcessInfo.processInfo
    return MachineRecord(
      processor: processorName, cores: process.activeProcessorCount,
      memory: Int(process.physicalMemory), system: process.operatingSystemVersionString)
  }

  private static var processorName: String {
    #if os(Linux)
      let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
      let name = line?.split(separator: ":", maxSplits: 1).last?.trimmingSpaces
      return name ?? architecture
    #else
      return architecture
    #endif
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      "unknown"
    #endif
  }
}

extension SoftwareRecord {
  /// What this program was built with.
  public static var current: SoftwareRecord {
    SoftwareRecord(compiler: BuildFacts.compiler, openBLAS: BuildFacts.openBLAS)
  }
}
