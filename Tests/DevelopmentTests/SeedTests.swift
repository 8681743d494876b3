import Testing

@testable import Development

@Suite("Sample people")
struct SeedTests {
  @Test func `are of every kind, and no two share a device or an address`() {
    let people = (1...3_000).map(SamplePerson.init)
    let devices = people.flatMap(\.devices)
    #expect(Set(devices.map(\.id)).count == devices.count && Set(devices.map(\.token)).count == devices.count)
    #expect(devices.allSatisfy { $0.token.count == 64 })
    #expect(Set(people.compactMap(\.phone)).count == people.count { $0.phone != nil })
    let kinds: [(SamplePerson) -> Bool] = [
      { $0.devices.isEmpty }, { $0.devices.count == 3 }, { $0.phone == nil }, \.wantsNothing, { !$0.wantsMail },
      { !$0.wantsSMS }, \.mailBounced, { $0.locale == "en-US" }, { $0.devices.contains(where: \.isDisabled) },
    ]
    for (index, kind) in kinds.enumerated() { #expect(people.contains(where: kind), "kind \(index)") }
  }

  @Test func `a row is written as COPY wants it`() {
    #expect(SampleSeed.line(["a\tb\\c\nd", nil, ""]) == "a\\tb\\\\c\\nd\t\\N\t\n")
  }
}
