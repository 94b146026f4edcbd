import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One HTTP request whose answer goes to a file, after what the file already holds.
///
/// The session calls its delegate from threads of its own; `lock` guards every access to `state`.
final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  enum Outcome: Sendable {
    /// The file holds everything that the server has.
    case complete
    /// The server does not have the rest of what the file holds.
    case cannotContinue
    /// The server answered with another HTTP status than success.
    case status(Int)
    /// The server sent more than the limit.
    case tooLong
    /// The file cannot be written.
    case unwritable
    /// The connection failed, or broke off.
    case broken(String)
  }

  private struct State {
    var file: FileHandle?
    var received = 0
    var total: Int?
    var isContinuation = false
    var outcome: Outcome?
  }

  private let url: URL
  private let path: String
  private let offset: Int
  private let limit: Int
  private let progress: @Sendable (Int, Int?) -> Void
  private let lock = NSLock()
  private var state = State()
  private let finished = DispatchSemaphore(value: 0)

  init(
    url: URL, path: String, offset: Int, limit: Int,
    progress: @escaping @Sendable (Int, Int?) -> Void
  ) {
    self.url = url
    self.path = path
    self.offset = offset
    self.limit = limit
    self.progress = progress
  }

  /// Whether the server sent only the rest of the file.
  var isContinuation: Bool { lock.withLock { state.isContinuation } }

  /// Runs the request and waits for its end.
  func run(timeout: TimeInterval) -> Outcome {
    var request = URLRequest(url: url)
    request.timeoutInterval = timeout
    // Compressed transfers would count other bytes than the file has.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if offset > 0 { request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range") }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeout
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    session.dataTask(with: request).resume()
    finished.wait()
    return lock.withLock {
      try? state.file?.close()
      state.file = nil
      return state.outcome ?? .broken("the connection broke")
    }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    let refusal = lock.withLock { begin(response) }
    if let refusal {
      completionHandler(.cancel)
      finish(refusal)
    } else {
      completionHandler(.allow)
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let (failure, received, total) = lock.withLock { () -> (Outcome?, Int, Int?) in
      guard state.outcome == nil else { return (nil, state.received, state.total) }
      guard state.received + data.count <= limit else { return (.tooLong, 0, nil) }
      do { try state.file?.write(contentsOf: data) } catch { return (.unwritable, 0, nil) }
      state.received += data.count
      return (nil, state.received, state.total)
    }
    if let failure {
      dataTask.cancel()
      finish(failure)
    } else {
      progress(received, total)
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    if let error {
      finish(.broken("the connection failed: \(error.localizedDescription)"))
      return
    }
    let (received, total) = lock.withLock { (state.received, state.total) }
    if let total, received < total {
      finish(.broken("the connection broke off after \(received) of \(total) bytes"))
    } else {
      finish(.complete)
    }
  }

  /// Opens the file at the place that the answer is for, or says why the answer is of no use.
  private func begin(_ response: URLResponse) -> Outcome? {
    guard let answer = response as? HTTPURLResponse else { return .broken("not an HTTP answer") }
    var start = 0
    switch answer.statusCode {
    case 200: break
    case 206:
      let range = answer.value(forHTTPHeaderField: "Content-Range") ?? ""
      guard range.hasPrefix("bytes \(offset)-") else { return .cannotContinue }
      start = offset
    case 416 where offset > 0: return .cannotContinue
    default: return .status(answer.statusCode)
    }
    let length = Int(answer.value(forHTTPHeaderField: "Content-Length") ?? "")
    state.isContinuation = start > 0
    state.received = start
    state.total = length.map { $0 + start }
    if !FileManager.default.fileExists(atPath: path) {
      guard FileManager.default.createFile(atPath: path, contents: nil) else { return .unwritable }
    }
    do {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try file.truncate(atOffset: UInt64(start))
      try file.seek(toOffset: UInt64(start))
      state.file = file
      return nil
    } catch {
      return .unwritable
    }
  }

  /// Ends the wait once, with the first outcome.
  private func finish(_ outcome: Outcome) {
    let isFirst = lock.withLock {
      guard state.outcome == nil else { return false }
      state.outcome = outcome
      return true
    }
    if isFirst { finished.signal() }
  }
}
