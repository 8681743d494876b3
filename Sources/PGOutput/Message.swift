/// One message of pgoutput's protocol version 1. A row's columns are in the `TupleColumns` that was given to the
/// decoder. Times are microseconds since 2000-01-01 UTC.
public enum Message: Equatable, Sendable {
  case begin(Begin)
  case commit(Commit)
  case origin(Origin)
  case relation(Relation)
  case type(TypeDescription)
  /// The relation's id.
  case insert(UInt32)
  /// The relation's id; the columns are the new tuple's.
  case update(UInt32)
  /// The relation's id; the columns are the old tuple's or the key's.
  case delete(UInt32)
  case truncate(Truncate)
  case logical(LogicalMessage)

  public struct Begin: Equatable, Sendable {
    /// Where the transaction's commit record begins.
    public var commit: LSN
    public var committedAt: Int64
    public var transactionID: UInt32
  }

  public struct Commit: Equatable, Sendable {
    public var commit: LSN
    /// The end of the commit record: what is to be confirmed.
    public var end: LSN
    public var committedAt: Int64
  }

  public struct Origin: Equatable, Sendable {
    public var commit: LSN
    public var name: String
  }

  public struct TypeDescription: Equatable, Sendable {
    public var id: UInt32
    public var namespace: String
    public var name: String
  }

  public struct Truncate: Equatable, Sendable {
    public var relations: [UInt32]
    public var cascades: Bool
    public var restartsIdentity: Bool
  }

  /// What `pg_logical_emit_message` wrote; publications do not filter it.
  public struct LogicalMessage: Equatable, Sendable {
    public var isTransactional: Bool
    public var lsn: LSN
    public var prefix: String
    /// Where its bytes lie in the decoded span.
    public var content: Range<Int>
  }
}

/// A table as the stream describes it before its first row on a connection, and again after DDL.
public struct Relation: Equatable, Sendable {
  public var id: UInt32
  /// Empty for `pg_catalog`.
  public var namespace: String
  public var name: String
  /// `d` default, `n` nothing, `f` full, `i` index.
  public var replicaIdentity: UInt8
  public var columns: [Column]

  public struct Column: Equatable, Sendable {
    public var isKey: Bool
    public var name: String
    public var typeID: UInt32
    public var typeModifier: Int32
  }
}
