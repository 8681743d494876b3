import NotificationModel

/// The judging of one event: goes through its recipients, their channels and addresses.
struct Trial {
  let judge: Judge
  let event: RoutableEvent
  let category: NotificationCategory
  var texts: TextSource
  private var judgement = Judgement()
  private var seenUsers: Set<Int64> = []
  private var seenPlaces: Set<DeferredRelease.Place> = []
  private var reachedAddresses: Set<DeliveryAddress> = []
  /// Of a release: what is to be sent and nothing else.
  private let released: Set<DeferredRelease.Place>?

  init(judge: Judge, event: RoutableEvent, category: NotificationCategory, texts: TextSource) {
    self.judge = judge
    self.event = event
    self.category = category
    self.texts = texts
    released = event.request.release.map { Set($0.deliveries) }
  }

  mutating func run() throws(Rejection) -> Judgement {
    for (index, recipient) in event.request.to.enumerated() where event.open?.contains(index) ?? true {
      if let person = Person(recipient, index: index, event.request, judge.audience) {
        try judge(person, index)
      } else {
        judgement.unresolved.append(index)
      }
    }
    if judgement.unresolved.isEmpty { endMissing() }
    return judgement
  }

  private mutating func judge(_ person: Person, _ index: Int) throws(Rejection) {
    if let id = person.user?.id, !seenUsers.insert(id).inserted { return }
    let before = judgement.verdicts.count
    let kinds = event.request.channels?.kinds ?? texts.kinds
    for kind in kinds {
      let first = judgement.verdicts.count
      let endpoints = person.endpoints.filter { $0.channel.kind == kind }
      for endpoint in endpoints { try judge(endpoint, person) }
      if endpoints.isEmpty, event.request.channels != nil { addNoAddress(person, index, kind) }
      let isReached = judgement.verdicts[first...].contains(where: \.isReached)
      if case .firstOf? = event.request.channels, isReached { break }
    }
    if judgement.verdicts.count == before, let kind = kinds.first { addNoAddress(person, index, kind) }
  }

  private mutating func judge(_ endpoint: Endpoint, _ person: Person) throws(Rejection) {
    let place = endpoint.place
    guard released?.contains(place) ?? true, seenPlaces.insert(place).inserted else { return }
    let id = DeliveryID.text(event: event.id, place.channel, target: place.target)
    let outcome = try outcome(endpoint, person, id: id)
    // Only an address that is reached: who does not want it does not keep it from another with the same phone.
    let isDuplicate = !outcome.isSuppressed && !reachedAddresses.insert(endpoint.address.identity).inserted
    add(place, user: person.user?.id, id: id, isDuplicate ? .suppress(.duplicate) : outcome)
  }

  private mutating func addNoAddress(_ person: Person, _ index: Int, _ kind: ChannelKind) {
    guard released == nil else { return }
    let channel: DeliveryChannel =
      switch kind {
      // Which of the two it would have been nobody can tell.
      case .push: .pushIOS
      case .sms: .sms
      case .email: .email
      }
    let place = DeferredRelease.Place(channel: channel, target: person.user.map { "u\($0.id)" } ?? "r\(index)")
    guard seenPlaces.insert(place).inserted else { return }
    add(place, person, .suppress(.noAddress))
  }

  /// What was deferred and has no address any more ends here, not in silence.
  private mutating func endMissing() {
    guard let release = event.request.release, let settled = settledPlaces() else { return }
    let users = Set(event.request.to.compactMap { if case .user(let id) = $0.whom { id } else { nil } })
    for place in release.deliveries where !settled.contains(place) && seenPlaces.insert(place).inserted {
      add(place, user: users.count == 1 ? users.first : nil, .suppress(.noAddress))
    }
  }

  /// Of recipients who were routed before; nil where one of them is not known, and so not what is missing either.
  private func settledPlaces() -> Set<DeferredRelease.Place>? {
    guard let open = event.open else { return [] }
    var places: Set<DeferredRelease.Place> = []
    for (index, recipient) in event.request.to.enumerated() where !open.contains(index) {
      guard let person = Person(recipient, index: index, event.request, judge.audience) else { return nil }
      places.formUnion(person.endpoints.map(\.place))
    }
    return places
  }

  private mutating func add(_ place: DeferredRelease.Place, _ person: Person, _ outcome: Verdict.Outcome) {
    add(place, user: person.user?.id, outcome)
  }

  private mutating func add(
    _ place: DeferredRelease.Place, user: Int64?, id: String? = nil, _ outcome: Verdict.Outcome
  ) {
    let id = id ?? DeliveryID.text(event: event.id, place.channel, target: place.target)
    judgement.verdicts.append(
      Verdict(id: id, user: user, channel: place.channel, target: place.target, outcome: outcome))
  }
}

extension DeliveryAddress {
  /// The same for what is the same address: letters of an e-mail's either size, a token whenever it was registered.
  fileprivate var identity: DeliveryAddress {
    switch self {
    case .email(let text): return .email(text.lowercased())
    case .phone: return self
    case .device(var device):
      device.registeredAt = nil
      return .device(device)
    }
  }
}
