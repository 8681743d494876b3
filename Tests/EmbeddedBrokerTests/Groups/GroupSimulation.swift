import TestSupport
import Testing

@testable import EmbeddedBroker

/// A random life of a group: clients that behave, lose connections, stall and restart, and a clock of its own.
struct GroupSimulation {
  struct Client {
    enum Step: Equatable {
      case outside
      case joining(RequestToken)
      case syncing(RequestToken)
      case working
      case stalled(until: Int64)
    }

    var instance: String?
    var member = ""
    var generation: Int32 = -1
    var step = Step.outside
    var nextHeartbeat: Int64 = 0
    var assignment: [UInt8] = []
  }

  let group: GroupFixture
  var random: SeededGenerator
  var clients: [Client]
  private struct Generation: Hashable {
    var life: Int
    var number: Int32
  }

  /// Who led, and what was assigned.
  private var leaders: [Generation: Set<String>] = [:]
  private var assignments: [Generation: [String: [UInt8]]] = [:]
  private var metadata: UInt8 = 0
  /// Nothing fails any more.
  var isCalm = false

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    var settings = GroupSettings()
    settings.initialDelay = Bool.random(using: &random) ? 0 : 2_000
    group = GroupFixture(settings)
    let count = Int.random(in: 1...6, using: &random)
    let statics = Bool.random(using: &random)
    clients = (0..<count).map { Client(instance: statics && $0 % 2 == 0 ? "i\($0)" : nil) }
  }

  mutating func run(steps: Int) {
    for _ in 0..<steps {
      group.pass(Int64.random(in: 0...1_500, using: &random))
      for index in clients.indices.shuffled(using: &random) {
        takeAnswers(index)
        if !isCalm, Int.random(in: 0..<25, using: &random) == 0 { trouble(index) } else { act(index) }
      }
    }
  }

  private mutating func act(_ index: Int) {
    let client = clients[index]
    switch client.step {
    case .outside: join(index)
    case .joining, .syncing: break
    case .stalled(let until): if until <= group.now { clients[index].step = .working }
    case .working:
      guard client.nextHeartbeat <= group.now else { return }
      clients[index].nextHeartbeat = group.now + 3_000
      react(index, group.heartbeat(client.member, client.generation, instance: client.instance))
    }
  }

  private mutating func join(_ index: Int) {
    let client = clients[index]
    let asks = client.instance == nil
    let token = group.join(
      group.request(client.member, instance: client.instance, metadata: [metadata], asksForID: asks))
    clients[index].step = .joining(token)
  }

  private mutating func react(_ index: Int, _ error: ErrorCode) {
    switch error {
    case .none: break
    case .unknownMemberID, .fencedInstanceID:
      clients[index].member = ""
      clients[index].step = .outside
    case .rebalanceInProgress, .illegalGeneration: clients[index].step = .outside
    default: Issue.record("an error that no client can explain: \(error)")
    }
  }

  private mutating func takeAnswers(_ index: Int) {
    switch clients[index].step {
    case .joining(let token): if let answer = group.joins[token] { joined(index, answer, group.lives[token] ?? 0) }
    case .syncing(let token): if let answer = group.syncs[token] { synced(index, answer, group.lives[token] ?? 0) }
    default: break
    }
  }

  private mutating func joined(_ index: Int, _ answer: JoinAnswer, _ life: Int) {
    if answer.error == .memberIDRequired {
      clients[index].member = answer.member
      return join(index)
    }
    guard answer.error == .none else { return react(index, answer.error) }
    clients[index].member = answer.member
    clients[index].generation = answer.generation
    var assigned: [String: [UInt8]] = [:]
    if answer.leader == answer.member, !answer.members.isEmpty {
      leaders[Generation(life: life, number: answer.generation), default: []].insert(
        clients[index].instance ?? answer.member)
      for (place, member) in answer.members.enumerated() { assigned[member.id] = [UInt8(place)] }
    }
    let token = group.sync(answer.member, answer.generation, assigned)
    clients[index].step = .syncing(token)
  }

  private mutating func synced(_ index: Int, _ answer: SyncAnswer, _ life: Int) {
    guard answer.error == .none else { return react(index, answer.error) }
    clients[index].step = .working
    clients[index].nextHeartbeat = group.now + 3_000
    clients[index].assignment = answer.assignment
    let who = clients[index].instance ?? clients[index].member
    let generation = Generation(life: life, number: clients[index].generation)
    let before = assignments[generation, default: [:]][who]
    #expect(before == nil || before == answer.assignment, "two assignments in one generation")
    assignments[generation, default: [:]][who] = answer.assignment
  }

  /// A connection lost, a long pause, a restart, a leave, other subscriptions.
  private mutating func trouble(_ index: Int) {
    let client = clients[index]
    switch Int.random(in: 0..<5, using: &random) {
    case 0:
      if case .joining(let token) = client.step { group.forget(token) }
      if case .syncing(let token) = client.step { group.forget(token) }
      clients[index].step = .outside
    case 1: if client.step == .working { clients[index].step = .stalled(until: group.now + 15_000) }
    case 2: clients[index] = Client(instance: client.instance)
    case 3:
      if client.step == .working { _ = group.leave(client.member) }
      clients[index] = Client(instance: client.instance)
    default:
      metadata &+= 1
      if client.step == .working { clients[index].step = .outside }
    }
  }

  func check() {
    #expect(group.repeated.isEmpty)
    for (generation, leading) in leaders { #expect(leading.count == 1, "leaders of generation \(generation)") }
    for (generation, given) in assignments {
      let parts = given.values.filter { !$0.isEmpty }
      #expect(Set(parts).count == parts.count, "a part given twice in generation \(generation)")
    }
  }

  /// Everyone works in one generation, and each has a part.
  var isSettled: Bool {
    guard group.state == "Stable", clients.allSatisfy({ $0.step == .working }) else { return false }
    return Set(clients.map(\.generation)).count == 1 && clients.allSatisfy { !$0.assignment.isEmpty }
  }
}

@Suite
struct GroupSimulationTests {
  @Test(arguments: 1...150 as ClosedRange<UInt64>)
  func `one leader and one assignment a generation, and nobody is stuck when the trouble ends`(seed: UInt64) {
    var simulation = GroupSimulation(seed: seed)
    simulation.run(steps: 300)
    simulation.check()
    simulation.isCalm = true
    // Longer than every time-out one after the other.
    simulation.run(steps: 200)
    simulation.check()
    #expect(simulation.isSettled)
    #expect(simulation.group.coordinator.describe("g")?.members.count == simulation.clients.count)
  }
}
