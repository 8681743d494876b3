import CLibPQ
import Glibc

/// One connection. It belongs to the thread that uses it; every call waits for the server's answer.
@safe public final class PostgresConnection {
  let handle: OpaquePointer

  public init(_ settings: ConnectionSettings) throws(PostgresError) {
    unsafe handle = try settings.connect()
    unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
  }

  deinit { unsafe PQfinish(handle) }

  /// As 150020 for 15.20.
  public var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }

  public var isUsable: Bool { unsafe PQstatus(handle) == CONNECTION_OK }

  /// Runs one statement with `$1 …` for its parameters.
  @discardableResult
  public func execute(_ sql: String, _ parameters: [SQLValue] = []) throws(PostgresError) -> QueryResult {
    let sent = unsafe Self.withParameters(parameters) { count, values, lengths, formats in
      unsafe PQexecParams(handle, sql, count, nil, values, lengths, formats, 0)
    }
    return try unsafe check(sent)
  }

  /// Runs several statements, without parameters, in one round trip; the last one's result.
  @discardableResult
  public func run(script: String) throws(PostgresError) -> QueryResult { try unsafe check(PQexec(handle, script)) }

  /// Runs `body` between BEGIN and COMMIT; whatever it throws rolls back.
  public func transaction<T>(_ body: (PostgresConnection) throws -> T) throws -> T {
    try run(script: "BEGIN")
    do {
      let value = try body(self)
      try commit()
      return value
    } catch {
      _ = try? run(script: "ROLLBACK")
      throw error
    }
  }

  /// COMMIT of a failed transaction answers ROLLBACK without an error; that is one here.
  private func commit() throws(PostgresError) {
    let result = try run(script: "COMMIT")
    guard result.commandTag == "COMMIT" else {
      throw PostgresError(.server, "the transaction had failed and was rolled back", sqlState: .transactionRollback)
    }
  }

  /// What libpq takes for `$1 …`: count, values, lengths, formats. The pointers end with the call.
  typealias ParameterCall<R> = (
    Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
  ) -> R

  static func withParameters<R>(_ parameters: [SQLValue], _ body: ParameterCall<R>) -> R {
    let wires = parameters.map(\.wire)
    let storage = wires.flatMap { $0.bytes ?? [] }
    return unsafe storage.withUnsafeBytes { raw in
      var values: [UnsafePointer<CChar>?] = unsafe []
      var offset = 0
      for wire in wires {
        let start = unsafe raw.baseAddress?.assumingMemoryBound(to: CChar.self)
        let value = unsafe start?.advanced(by: offset)
        unsafe values.append(wire.bytes == nil ? nil : value)
        offset += wire.bytes?.count ?? 0
      }
      return unsafe body(Int32(wires.count), values, wires.map(\.length), wires.map(\.format))
    }
  }

  func check(_ result: OpaquePointer?) throws(PostgresError) -> QueryResult {
    guard let result = unsafe result else { throw unsafe Self.lost(handle) }
    let answer = unsafe QueryResult(result)
    if let failure = answer.failure { throw failure }
    return answer
  }

  static func lost(_ handle: OpaquePointer) -> PostgresError {
    let text = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
    let line = text.split(separator: "\n").first.map(String.init) ?? "the connection was lost"
    return PostgresError(.connection, line)
  }
}
