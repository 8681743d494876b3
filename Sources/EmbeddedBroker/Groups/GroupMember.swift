/// A member of a group as the coordinator sees it.
struct GroupMember {
  var id: String
  let instance: String?
  var client: String
  var host: String
  var sessionTimeout: Int64
  var rebalanceTimeout: Int64
  var protocols: [GroupProtocol]
  /// By age in the group, for an order that does not depend on ids.
  let order: UInt64
  /// Silent until then, it is out. Does not count while it waits for an answer.
  var deadline: Int64
  var assignment: [UInt8] = []
  /// Has asked for this generation's assignment.
  var hasSynced = false
  var joinToken: RequestToken?
  var syncToken: RequestToken?

  init(_ request: JoinRequest, id: String, order: UInt64, now: Int64) {
    self.id = id
    self.order = order
    instance = request.instance
    client = request.client
    host = request.host
    sessionTimeout = request.sessionTimeout
    rebalanceTimeout = request.rebalanceTimeout
    protocols = request.protocols
    deadline = now + request.sessionTimeout
  }

  var isWaiting: Bool { joinToken != nil || syncToken != nil }

  func metadata(for name: String?) -> [UInt8] { protocols.first { $0.name == name }?.metadata ?? [] }

  mutating func update(_ request: JoinRequest) {
    client = request.client
    host = request.host
    sessionTimeout = request.sessionTimeout
    rebalanceTimeout = request.rebalanceTimeout
    protocols = request.protocols
  }

  mutating func heard(_ now: Int64) { deadline = now + sessionTimeout }
}
