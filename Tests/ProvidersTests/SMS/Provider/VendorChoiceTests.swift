import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("Which vendors may be called") struct VendorChoiceTests {
  private static let busy = SendFailure(.providerBusy, code: "HTTP_503")

  /// With a clock in seconds.
  private final class Choice {
    private var choice = VendorChoice(vendors: 2, first: .seconds(5), most: .seconds(60))

    private func at(_ seconds: Int64) -> UnixTime { UnixTime(milliseconds: seconds * 1_000) }
    func open(_ vendor: Int, _ seconds: Int64) -> Bool { choice.open(vendor, now: at(seconds)) }
    func rest(_ vendor: Int, _ seconds: Int64) -> SendFailure? { choice.rest(of: vendor, now: at(seconds)) }
    func fail(_ seconds: Int64, _ failure: SendFailure = busy) { choice.ended(0, failure, now: at(seconds)) }
    func drop(_ seconds: Int64) { choice.notCalled(0, now: at(seconds)) }
    func work(_ seconds: Int64) { choice.ended(0, nil, now: at(seconds)) }
  }

  private let choice = Choice()

  @Test func `one that failed rests, the other does not`() {
    #expect(choice.open(0, 0))
    choice.fail(0)
    #expect(!choice.open(0, 4))
    #expect(choice.open(1, 4))
    #expect(choice.rest(1, 4) == nil)
    #expect(
      choice.rest(0, 4) == SendFailure(.providerBusy, code: "HTTP_503", retryAfter: .seconds(1), isOwnRest: true))
  }

  @Test func `after its rest one call tries it, and the others wait for that`() {
    choice.fail(0)
    #expect(choice.open(0, 5))
    #expect(!choice.open(0, 5))
    #expect(choice.rest(0, 5)?.retryAfter == .seconds(1))
    choice.work(6)
    #expect(choice.open(0, 6) && choice.open(0, 6))
    #expect(choice.rest(0, 6) == nil)
  }

  @Test func `each failure in a row doubles the rest, up to the longest`() {
    var now: Int64 = 0
    for length: Int64 in [5, 10, 20, 40, 60, 60] {
      choice.fail(now)
      #expect(!choice.open(0, now + length - 1))
      #expect(choice.open(0, now + length))
      now += length
    }
    choice.work(now)
    choice.fail(now)
    #expect(choice.open(0, now + 5))
  }

  @Test func `calls that were under way when it failed do not lengthen the rest`() {
    for _ in 0..<10 { choice.fail(0) }
    #expect(choice.open(0, 5))
  }

  @Test func `a vendor's own wish lengthens the rest, within bounds`() {
    choice.fail(0, SendFailure(.providerThrottles, code: "429", retryAfter: .seconds(30)))
    #expect(choice.rest(0, 1)?.isOwnRest == false)
    #expect(!choice.open(0, 29) && choice.open(0, 30))
    choice.work(30)
    choice.fail(30, SendFailure(.providerThrottles, code: "429", retryAfter: .seconds(86_400)))
    #expect(!choice.open(0, 89) && choice.open(0, 90))
  }

  @Test func `a trial that was not made leaves it to another`() {
    choice.fail(0)
    choice.drop(1)
    #expect(!choice.open(0, 4) && choice.open(0, 5) && !choice.open(0, 6))
    choice.drop(6)
    #expect(choice.open(0, 6) && !choice.open(0, 7))
    // It failed twice in a row all the same.
    choice.fail(7)
    #expect(!choice.open(0, 16) && choice.open(0, 17))
  }

  @Test func `a trial that is never heard of does not keep it closed`() {
    choice.fail(0)
    #expect(choice.open(0, 5))
    #expect(!choice.open(0, 64) && choice.open(0, 65))
  }
}
