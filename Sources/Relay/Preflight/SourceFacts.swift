public import PGOutput

/// What a server tells of a source's publication and slot.
public struct SourceFacts: Sendable, Equatable {
  public struct Publication: Sendable, Equatable {
    public var publishesInserts: Bool
    /// Updates, deletes or truncates too.
    public var publishesMore: Bool
    public var tables: [Table]

    public init(publishesInserts: Bool, publishesMore: Bool, tables: [Table]) {
      self.publishesInserts = publishesInserts
      self.publishesMore = publishesMore
      self.tables = tables
    }
  }

  public struct Table: Sendable, Equatable {
    /// With its schema.
    public var name: String
    public var columns: [String]
    /// A partition that is published under its own name.
    public var isPartition: Bool

    public init(name: String, columns: [String], isPartition: Bool = false) {
      self.name = name
      self.columns = columns
      self.isPartition = isPartition
    }
  }

  public struct Slot: Sendable, Equatable {
    public var plugin: String
    public var walStatus: String
    public var confirmed: LSN
    public var isOfThisDatabase: Bool
    public var isActive: Bool
    /// Log after what is confirmed, and log that is kept for the slot, in bytes.
    public var lagBytes: Int
    public var retainedBytes: Int

    public init(
      plugin: String, walStatus: String, confirmed: LSN, isOfThisDatabase: Bool, isActive: Bool, lagBytes: Int = 0,
      retainedBytes: Int = 0
    ) {
      self.plugin = plugin
      self.walStatus = walStatus
      self.confirmed = confirmed
      self.isOfThisDatabase = isOfThisDatabase
      self.isActive = isActive
      self.lagBytes = lagBytes
      self.retainedBytes = retainedBytes
    }
  }

  /// A standby, which streams from a slot only from PostgreSQL 16 on and makes none.
  public var isInRecovery = false
  /// Of the server's log; rises with each promotion of a standby. Nil in recovery.
  public var timeline: Int?
  /// As 150020 for 15.20.
  public var serverVersion: Int
  public var walLevel: String
  /// 0 is none.
  public var senderTimeoutMilliseconds: Int
  public var publication: Publication?
  public var slot: Slot?

  public init(
    serverVersion: Int, walLevel: String, senderTimeoutMilliseconds: Int, publication: Publication?, slot: Slot?
  ) {
    self.serverVersion = serverVersion
    self.walLevel = walLevel
    self.senderTimeoutMilliseconds = senderTimeoutMilliseconds
    self.publication = publication
    self.slot = slot
  }
}
