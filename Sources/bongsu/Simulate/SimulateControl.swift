import Configuration
import HTTPServer
import NotificationModel
import ProviderSimulators

/// What the control address answers.
struct SimulateControl: Sendable {
  let site: SimulatedSite
  let troubles: SimulatedTroubles

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    let providers = SimulatedProvider.named(request.query["provider"] ?? "all")
    guard !providers.isEmpty else { return Self.refusal("provider is one of \(Self.providers)") }
    switch request.path {
    case "/counts": return counts(providers)
    case "/received": return received(providers)
    case "/misbehave": return misbehave(providers, request.query)
    case "/behave":
      for provider in providers { troubles.end(provider) }
      return HTTPResponse(body: "ok\n")
    case "/forget":
      for provider in providers {
        site.tallies[provider]?.forget()
        site.standIns[provider]?.forgetReceived()
      }
      return HTTPResponse(body: "ok\n")
    default: return HTTPResponse(status: 404, body: "try /counts, /received, /misbehave, /behave or /forget\n")
    }
  }

  private static let providers = (SimulatedProvider.allCases.map(\.rawValue) + ["sms", "all"]).joined(separator: ", ")

  private static func refusal(_ message: String) -> HTTPResponse { HTTPResponse(status: 400, body: message + "\n") }

  private func counts(_ providers: [SimulatedProvider]) -> HTTPResponse {
    let all = providers.map { provider in "\"\(provider.rawValue)\":\(counts(of: provider))" }
    return HTTPResponse(contentType: "application/json", body: "{\(all.joined(separator: ","))}\n")
  }

  private func counts(of provider: SimulatedProvider) -> String {
    let counts = site.standIns[provider]?.counts ?? SimulatorCounts()
    let tally = site.tallies[provider]?.counts ?? DeliveryTally.Counts()
    var json = JSONWriter(capacity: 128)
    json.object {
      $0.member("requests", counts.requests)
      $0.member("accepted", counts.accepted)
      $0.member("refused", counts.refused.values.reduce(0, +))
      $0.member("unique", tally.unique)
      $0.member("repeated", tally.repeated)
      $0.member("untold", tally.untold)
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// A delivery that went to two vendors has both counts in one.
  private func received(_ providers: [SimulatedProvider]) -> HTTPResponse {
    var all: [String: Int] = [:]
    for provider in providers {
      for (id, count) in site.tallies[provider]?.receipts ?? [] { all[id, default: 0] += count }
    }
    var body = ""
    body.reserveCapacity(all.count * 40)
    for (id, count) in all { body += "\(id) \(count)\n" }
    return HTTPResponse(body: body)
  }

  private func misbehave(_ providers: [SimulatedProvider], _ query: [String: String]) -> HTTPResponse {
    guard let trouble = query["how"].flatMap(SimulatedTrouble.init) else {
      return Self.refusal("how is one of \(SimulatedTrouble.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard let time = query["for"].flatMap(DurationText.parse), time > .zero, time <= .seconds(86_400) else {
      return Self.refusal("for is a time up to a day, as 20s")
    }
    guard let percent = Int(query["percent"] ?? "100"), (1...100).contains(percent) else {
      return Self.refusal("percent is how many of a hundred suffer, 1 to 100")
    }
    for provider in providers { troubles.begin(trouble, provider, for: time, part: Double(percent) / 100) }
    return HTTPResponse(body: "ok\n")
  }
}
