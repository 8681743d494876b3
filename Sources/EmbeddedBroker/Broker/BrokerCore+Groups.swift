extension BrokerCore {
  func joinGroup(_ request: JoinGroupAPI.Request, _ exchange: Exchange) {
    let version = exchange.header.version
    let session = Int64(request.sessionMilliseconds)
    let rebalance = request.rebalanceMilliseconds < 0 ? session : Int64(request.rebalanceMilliseconds)
    let client = exchange.header.clientID ?? ""
    let join = JoinRequest(
      group: request.group, member: request.member, instance: request.instance, client: client,
      host: "/\(exchange.peer)", sessionTimeout: session, rebalanceTimeout: rebalance,
      protocolType: request.protocolType,
      protocols: request.protocols.map { GroupProtocol(name: $0.name, metadata: $0.metadata) },
      asksForID: version >= 4, canSkipAssignment: version >= 9,
      newMember: "\(request.instance ?? client)-\(TopicID.random().text)")
    let token = token(for: exchange, group: request.group)
    send(groups.join(join, token: token, now: loop.now))
    armGroupTimer()
  }

  func syncGroup(_ request: SyncGroupAPI.Request, _ exchange: Exchange) {
    var sync = SyncRequest(
      group: request.group, member: request.member, instance: request.instance, generation: request.generation,
      protocolType: request.protocolType, protocolName: request.protocolName)
    for assignment in request.assignments { sync.assignments[assignment.member] = assignment.assignment }
    let token = token(for: exchange, group: request.group)
    send(groups.sync(sync, token: token, now: loop.now))
    armGroupTimer()
  }

  func heartbeat(_ request: HeartbeatAPI.Request, _ exchange: Exchange) {
    let claim = MemberClaim(
      group: request.group, member: request.member, instance: request.instance, generation: request.generation)
    exchange.reply(HeartbeatAPI.self, HeartbeatAPI.Response(error: groups.heartbeat(claim, now: loop.now)))
  }

  func leaveGroup(_ request: LeaveGroupAPI.Request, _ exchange: Exchange) {
    var response = LeaveGroupAPI.Response()
    for member in request.members {
      let left = groups.leave(group: request.group, member: member.id, instance: member.instance, now: loop.now)
      response.members.append(.init(id: member.id, instance: member.instance, error: left.error))
      send(left.effects)
    }
    if exchange.header.version < 3 { response.error = response.members.first?.error ?? .none }
    exchange.reply(LeaveGroupAPI.self, response)
    armGroupTimer()
  }

  /// Sends answers to those who wait for them.
  func send(_ effects: [GroupEffect]) {
    for effect in effects {
      guard let exchange = groupWaits.removeValue(forKey: effect.token) else { continue }
      switch effect.answer {
      case .join(let answer): exchange.reply(JoinGroupAPI.self, Self.response(answer))
      case .sync(let answer):
        let response = SyncGroupAPI.Response(
          error: answer.error, protocolType: answer.protocolType, protocolName: answer.protocolName,
          assignment: answer.assignment)
        exchange.reply(SyncGroupAPI.self, response)
      }
    }
  }

  private static func response(_ answer: JoinAnswer) -> JoinGroupAPI.Response {
    let members = answer.members.map {
      JoinGroupAPI.Member(id: $0.id, instance: $0.instance, metadata: $0.metadata)
    }
    return JoinGroupAPI.Response(
      error: answer.error, generation: answer.generation, protocolType: answer.protocolType,
      protocolName: answer.protocolName, leader: answer.leader, skipsAssignment: answer.skipsAssignment,
      member: answer.member, members: members)
  }

  // MARK: Looking at groups

  func describeGroups(_ request: DescribeGroupsAPI.Request, _ exchange: Exchange) {
    let described = request.groups.map { name -> DescribeGroupsAPI.Group in
      if let group = groups.describe(name) { return Self.described(group) }
      if offsets.offsets[name] != nil { return DescribeGroupsAPI.Group(name: name, state: "Empty") }
      // Since version 6 a group that is not there is an error; before, it is dead.
      let isError = exchange.header.version >= 6
      return DescribeGroupsAPI.Group(
        error: isError ? .groupIDNotFound : .none, message: isError ? "there is no group \(name)" : nil, name: name,
        state: "Dead")
    }
    exchange.reply(DescribeGroupsAPI.self, DescribeGroupsAPI.Response(groups: described))
  }

  private static func described(_ group: GroupDescription) -> DescribeGroupsAPI.Group {
    let members = group.members.map { member in
      DescribeGroupsAPI.Member(
        id: member.id, instance: member.instance, client: member.client, host: member.host,
        metadata: member.metadata, assignment: member.assignment)
    }
    return DescribeGroupsAPI.Group(
      name: group.name, state: group.state, protocolType: group.protocolType, protocolName: group.protocolName,
      members: members)
  }

  func listGroups(_ request: ListGroupsAPI.Request, _ exchange: Exchange) {
    var listed = groups.descriptions.map {
      ListGroupsAPI.Group(name: $0.name, protocolType: $0.protocolType, state: $0.state)
    }
    listed += offsets.offsets.keys.filter { !groups.hasMembers($0) }.map {
      ListGroupsAPI.Group(name: $0, protocolType: "consumer", state: "Empty")
    }
    let states = Set(request.states.map { $0.lowercased() })
    if !states.isEmpty { listed.removeAll { !states.contains($0.state.lowercased()) } }
    let types = Set(request.types.map { $0.lowercased() })
    if !types.isEmpty, !types.contains(ListGroupsAPI.Group.classic) { listed = [] }
    exchange.reply(ListGroupsAPI.self, ListGroupsAPI.Response(groups: listed.sorted { $0.name < $1.name }))
  }

  func deleteGroups(_ request: DeleteGroupsAPI.Request, _ exchange: Exchange) {
    let results = request.groups.map { DeleteGroupsAPI.Result(group: $0, error: delete(group: $0)) }
    exchange.reply(DeleteGroupsAPI.self, DeleteGroupsAPI.Response(results: results))
  }

  private func delete(group: String) -> ErrorCode {
    if groups.hasMembers(group) { return .nonEmptyGroup }
    guard offsets.offsets[group] != nil else { return .groupIDNotFound }
    do throws(PartitionError) {
      try offsets.forget(group: group)
      syncs.wrote(offsets)
      return .none
    } catch {
      return error.code
    }
  }
}
