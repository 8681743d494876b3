import ProviderSimulators

/// Whom the stand-ins stand in for, as options and the control address call them.
enum SimulatedProvider: String, CaseIterable {
  case apns, fcm, solapi, nhn, sens, twilio, smtp

  var title: String {
    switch self {
    case .apns: "APNs"
    case .fcm: "FCM"
    case .solapi: "Solapi"
    case .nhn: "NHN Cloud"
    case .sens: "Naver Cloud's SENS"
    case .twilio: "Twilio"
    case .smtp: "the mail server"
    }
  }

  var vendor: SMSSimulator.Vendor? { SMSSimulator.Vendor(rawValue: rawValue) }

  /// Those that a word means: one, or all vendors of `sms`, or all of `all`.
  static func named(_ word: String) -> [SimulatedProvider] {
    switch word {
    case "all": allCases
    case "sms": allCases.filter { $0.vendor != nil }
    default: SimulatedProvider(rawValue: word).map { [$0] } ?? []
    }
  }
}

/// How a provider is made to take what comes.
enum SimulatedTrouble: String, CaseIterable {
  /// Nobody is there.
  case down
  /// It says that it is too much just now; nothing is taken.
  case busy
  /// It fails, and may not the next time; nothing is taken.
  case fail
  /// It has had too much for that device just now, where the provider tells so (APNs); else as `fail`.
  case often
  /// It takes all and answers nothing.
  case hang
  /// It takes all, and the connection breaks before the answer.
  case cut
}

/// One stand-in as the command sees it. Any thread may use it.
protocol StandIn: Sendable {
  var address: String { get }
  var counts: SimulatorCounts { get }
  /// - Parameter trouble: not `down`.
  func misbehave(_ trouble: SimulatedTrouble, _ extent: Misbehaviour.Extent)
  func behave()
  func goDown()
  func comeUp()
  func forgetReceived()
  func stop()
}

/// Those that speak HTTP/2.
struct HTTPStandIn: StandIn {
  let simulator: any HTTP2Simulator
  let busy: Misbehaviour
  let failing: Misbehaviour
  var often: Misbehaviour?
  /// What a request's path must begin with to suffer.
  var path = ""
  let countsNow: @Sendable () -> SimulatorCounts
  let forget: @Sendable () -> Void

  var address: String { simulator.url }
  var counts: SimulatorCounts { countsNow() }

  func misbehave(_ trouble: SimulatedTrouble, _ extent: Misbehaviour.Extent) {
    let misbehaviour: Misbehaviour =
      switch trouble {
      case .busy: busy
      case .fail, .down: failing
      case .often: often ?? failing
      case .hang: .hang
      case .cut: .cut(afterBytes: nil)
      }
    simulator.misbehave(misbehaviour, extent, path: path)
  }

  func behave() { simulator.behave() }
  func forgetReceived() { forget() }
  func stop() { simulator.stop() }

  func goDown() {
    simulator.server.stopListening()
    simulator.server.cutConnections()
  }

  func comeUp() { try? simulator.server.listenAgain() }
}

/// The mail server.
struct SMTPStandIn: StandIn {
  let simulator: SMTPSimulator

  var address: String { "localhost:\(simulator.port)" }
  var counts: SimulatorCounts { simulator.counts }

  func misbehave(_ trouble: SimulatedTrouble, _ extent: Misbehaviour.Extent) {
    switch trouble {
    case .busy: simulator.misbehave(.refuse(status: 421, reason: "4.3.2 Try later"), extent, at: .mail)
    case .fail, .often, .down:
      simulator.misbehave(.refuse(status: 451, reason: "4.3.0 Local error"), extent, at: .endOfData)
    case .hang: simulator.misbehave(.hang, extent, at: .endOfData)
    case .cut: simulator.misbehave(.cut(afterBytes: nil), extent, at: .endOfData)
    }
  }

  func behave() { simulator.behave() }
  func forgetReceived() { simulator.forgetReceived() }
  func stop() { simulator.stop() }

  func goDown() {
    simulator.stopListening()
    simulator.cutConnections()
  }

  func comeUp() { try? simulator.listenAgain() }
}
