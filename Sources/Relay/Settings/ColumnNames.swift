/// What the outbox's columns are called in a table; Debezium's names unless told otherwise.
public struct ColumnNames: Sendable, Equatable {
  public var id = "id"
  public var aggregateType = "aggregatetype"
  public var aggregateID = "aggregateid"
  public var type = "type"
  public var payload = "payload"
  /// May be absent from a table.
  public var headers = "headers"
  /// May be absent from a table.
  public var createdAt = "created_at"

  public init() {}

  var required: [String] { [id, aggregateType, aggregateID, type, payload] }
}
