/// Names a request whose answer may come later; the server's own numbers.
typealias RequestToken = UInt64

/// A way to assign that a member knows, with what it says of itself for it.
struct GroupProtocol: Equatable, Sendable {
  var name: String
  var metadata: [UInt8]
}

/// Times are milliseconds.
struct JoinRequest: Sendable {
  var group: String
  /// Empty for one who has none yet.
  var member = ""
  /// The name of a static member, which keeps its place across restarts.
  var instance: String?
  var client = ""
  var host = ""
  var sessionTimeout: Int64
  var rebalanceTimeout: Int64
  var protocolType: String
  var protocols: [GroupProtocol]
  /// From version 4 on a member first asks for its id, then joins with it, so that a lost answer leaves no ghost.
  var asksForID = true
  /// From version 9 on a leader can be told that the assignment stands.
  var canSkipAssignment = false
  /// The id for one who has none: unique, by the caller's randomness.
  var newMember: String
}

struct JoinAnswer: Equatable, Sendable {
  var error = ErrorCode.none
  var generation: Int32 = -1
  var protocolType: String?
  var protocolName: String?
  var leader = ""
  var member = ""
  var skipsAssignment = false
  /// For the leader alone.
  var members: [ListedMember] = []
}

struct ListedMember: Equatable, Sendable {
  var id: String
  var instance: String?
  var metadata: [UInt8]
}

struct SyncRequest: Sendable {
  var group: String
  var member: String
  var instance: String?
  var generation: Int32
  /// Nil before version 5.
  var protocolType: String?
  var protocolName: String?
  /// By member id; the leader's alone counts.
  var assignments: [String: [UInt8]] = [:]
}

struct SyncAnswer: Equatable, Sendable {
  var error = ErrorCode.none
  var protocolType: String?
  var protocolName: String?
  var assignment: [UInt8] = []
}

/// Who speaks, in a heartbeat or a commit.
struct MemberClaim: Sendable {
  var group: String
  var member: String
  var instance: String?
  /// -1 with no member: from outside of the group's membership.
  var generation: Int32
}

/// An answer to send now.
struct GroupEffect: Equatable, Sendable {
  enum Answer: Equatable, Sendable {
    case join(JoinAnswer)
    case sync(SyncAnswer)
  }

  var token: RequestToken
  var answer: Answer
}

/// What DescribeGroups and ListGroups tell.
struct GroupDescription: Equatable, Sendable {
  struct Member: Equatable, Sendable {
    var id: String
    var instance: String?
    var client: String
    var host: String
    var metadata: [UInt8]
    var assignment: [UInt8]
  }

  var name: String
  /// Kafka's names: Empty, PreparingRebalance, CompletingRebalance, Stable.
  var state: String
  var protocolType: String
  var protocolName: String
  var members: [Member]
}
