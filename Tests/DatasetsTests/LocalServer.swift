import Foundation

#if canImport(Glibc)
  import Glibc
  private let streamSocket = Int32(SOCK_STREAM.rawValue)
#elseif canImport(Musl)
  import Musl
  private let streamSocket = SOCK_STREAM
#else
  import Darwin
  private let streamSocket = SOCK_STREAM
#endif

/// An HTTP server on 127.0.0.1 that misbehaves as a test asks; one request per connection.
final class LocalServer: @unchecked Sendable {
  /// What the server does wrong.
  struct Behaviour: Sendable {
    /// Answers the whole file whatever range was asked for.
    var ignoresRange = false
    /// Closes the connection after so many bytes of a body, in the first `cuts` answers.
    var cutAfter = 0
    var cuts = 0
    /// Answers the first requests with these codes.
    var codes: [Int] = []
  }

  private let descriptor: Int32
  private let lock = NSLock()
  private var files: [String: Data]
  private var behaviour: Behaviour
  private var seen: [String] = []

  /// The address of the folder that is served.
  let address: String

  /// The requests so far: the path, and the range where one was asked for.
  var requests: [String] { lock.withLock { seen } }

  init(_ files: [String: [UInt8]], _ behaviour: Behaviour = Behaviour()) throws {
    self.files = files.mapValues { Data($0) }
    self.behaviour = behaviour
    let descriptor = socket(AF_INET, streamSocket, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard descriptor >= 0, bound else { throw CocoaError(.fileReadUnknown) }
    self.descriptor = descriptor
    self.address = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    Thread.detachNewThread { [weak self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0, let self else { return }
        self.answer(client)
        close(client)
      }
    }
  }

  /// Stops accepting connections.
  func stop() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private func answer(_ client: Int32) {
    var head = Data()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while head.range(of: Data("\r\n\r\n".utf8)) == nil {
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      head.append(contentsOf: buffer[0..<count])
    }
    let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
    let path = lines[0].split(separator: " ")[1].dropFirst()
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
      .flatMap { Int($0.dropFirst(13).dropLast()) }
    let (reply, kept) = lock.withLock { () -> (Data, Int) in
      seen.append(range.map { "\(path) from \($0)" } ?? String(path))
      return respond(to: String(path), range: range)
    }
    send(reply.prefix(kept), to: client)
  }

  /// The answer, and how many of its bytes are sent before the connection closes.
  private func respond(to path: String, range: Int?) -> (Data, Int) {
    func reply(_ status: String, _ headers: String, _ body: Data) -> (Data, Int) {
      let head = Data(
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\n\(headers)Connection: close\r\n\r\n"
          .utf8)
      guard behaviour.cuts > 0, status.hasPrefix("20") else { return (head + body, .max) }
      behaviour.cuts -= 1
      return (head + body, head.count + behaviour.cutAfter)
    }
    if !behaviour.codes.isEmpty {
      return reply("\(behaviour.codes.removeFirst()) Sorry", "", Data())
    }
    guard let file = files[path] else { return reply("404 Not Found", "", Data("no".utf8)) }
    guard let range, !behaviour.ignoresRange else { return reply("200 OK", "", file) }
    guard range < file.count else {
      return reply("416 Range Not Satisfiable", "Content-Range: bytes */\(file.count)\r\n", Data())
    }
    let place = "Content-Range: bytes \(range)-\(file.count - 1)/\(file.count)\r\n"
    return reply("206 Partial Content", place, file.dropFirst(range))
  }

  private func send(_ data: Data, to client: Int32) {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      // A client that has gone must not end the test process with a signal.
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var rest = [UInt8](data)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemSend(client, $0.baseAddress, $0.count, flags) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

private let systemSend = send
