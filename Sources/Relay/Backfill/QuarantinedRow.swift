public import Kafka
import PGOutput
import Postgres
import Runtime
import Signing

/// A row that Kafka refused, read again from its table and made the record that the relay would make of it.
public struct QuarantinedRow: Sendable {
  public let topic: String
  public let record: RecordContent

  /// Whether a record is the pointer of such a row.
  public static func isPointer(schema: String?) -> Bool { schema == QuarantinePointer.schema }

  /// - Parameters:
  ///   - id: the row's, out of the pointer.
  ///   - digest: SHA-256 of its payload, out of the pointer; nil: it is not compared.
  ///   - commit, ordinal: where it stood in the log, for its headers; nil: they have neither.
  /// - Returns: nil when the source's tables do not have it (any more).
  /// - Throws: `RelayError` when it is another row by now, or its `headers` column is still no JSON object.
  public init?(
    id: String, digest: String?, commit: String?, ordinal: Int, source: SourceSettings
  ) throws {
    let rows = try SnapshotRows(source, snapshot: nil)
    var found: (topic: String, record: RecordContent)?
    try rows.read(id: id) { body, row in
      let payload = body.extracting(row.payload ?? 0..<0)
      guard digest == nil || SHA256.hexadecimal(payload) == digest else {
        throw RelayError.stop(.backfill, "the outbox's row \(id) is not the one that was refused: its payload differs")
      }
      let type = row.aggregateType.map { body.extracting($0).text }
      found = (
        type.flatMap { source.routes[$0] } ?? source.topic,
        RecordContent(
          key: row.aggregateID.map { Self.bytes(body.extracting($0)) },
          value: row.payload.map { Self.bytes(body.extracting($0)) },
          headers: try Self.headers(body, row, commit: commit, ordinal: ordinal, id: id))
      )
    }
    guard let found else { return nil }
    (topic, record) = found
  }

  /// In the relay's order. When it was committed the row does not say; when it was made is as near as can be.
  private static func headers(
    _ body: RawSpan, _ row: RowLayout, commit: String?, ordinal: Int, id: String
  ) throws -> [SourceRecord.Header] {
    var headers: [SourceRecord.Header] = []
    for (name, range) in [("id", row.id), ("type", row.type), ("aggregatetype", row.aggregateType)] {
      if let range { headers.append(SourceRecord.Header(name, bytes(body.extracting(range)))) }
    }
    if let range = row.headers {
      var scanner = HeaderScanner()
      do throws(HeaderScanner.Fault) {
        try scanner.scan(body.extracting(range)) { name, value in
          guard !ReservedHeader.contains(name) else { return }
          if let value {
            headers.append(SourceRecord.Header(name.text, bytes(value)))
          } else {
            headers.append(SourceRecord.Header(name.text, nil as [UInt8]?))
          }
        }
      } catch {
        throw RelayError.stop(.backfill, "the outbox's row \(id) still has a headers column that is no JSON object")
      }
    }
    if let commit {
      headers.append(SourceRecord.Header("lsn", commit))
      headers.append(SourceRecord.Header("ordinal", "\(ordinal)"))
    }
    if let made = row.createdAt.flatMap({ PostgresTime.parse(body.extracting($0)) }) {
      headers.append(SourceRecord.Header("committed_at", PostgresTime.format(made)))
    }
    return headers
  }

  private static func bytes(_ span: RawSpan) -> [UInt8] {
    (0..<span.byteCount).map { span.byte($0) }
  }
}
