/// What a doctor asks a server beyond what a relay does.
struct ServerFacts: Equatable {
  /// How many of a limited number are in use.
  struct Use: Equatable {
    var used: Int
    var limit: Int

    var isFull: Bool { used >= limit }
  }

  struct Table: Equatable {
    /// With its schema.
    var name: String
    /// Days after today that have a partition; negative when today has none.
    var daysAhead: Int
    /// nil where this user may not look and the table's file is not empty.
    var hasStrays: Bool?
    /// `--create-slot` and `relay repair` read it.
    var maySelect: Bool
  }

  /// An outbox that `bongsu migrate outbox` made.
  struct Outbox: Equatable {
    var mayRegister: Bool
    var mayMaintain: Bool
    var tables: [Table]
    /// What it may do with the rows of each table, for trace and audit.
    var rights: [OutboxRights] = []
  }

  var isInRecovery: Bool
  var isEncrypted: Bool
  /// Not over a local socket or the loopback interface.
  var isRemote: Bool
  var slots: Use
  var walSenders: Use
  /// nil is without a limit.
  var keptLogLimitBytes: Int?
  /// The server's clock minus this host's.
  var clockDifferenceSeconds: Double
  var outbox: Outbox?
}
