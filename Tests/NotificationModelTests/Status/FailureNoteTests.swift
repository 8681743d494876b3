import NotificationModel
import Testing

@Suite("The note on a record that failed") struct FailureNoteTests {
  @Test func `what is noted stands in headers of its own, and what is not is not there`() {
    var note = FailureNote(.permanent, code: "X", detail: "d", origin: "t/0/1", attempt: 0)
    #expect(
      note.headers(hasEventTime: false).map(\.name).sorted() == [
        "bongsu-attempt", "bongsu-error-class", "bongsu-error-code", "bongsu-error-detail", "bongsu-origin",
      ])
    note.eventTime = UnixTime(milliseconds: 7)
    (note.retryAfter, note.isAmbiguous, note.open) = (9, true, [1, 3])
    let headers = Dictionary(uniqueKeysWithValues: note.headers(hasEventTime: false).map { ($0.name, $0.text) })
    #expect(headers["bongsu-attempt"] == "1" && headers["bongsu-event-time"] == "7")
    #expect(headers["bongsu-retry-after"] == "9" && headers["bongsu-state"] == "AMBIGUOUS")
    #expect(headers["bongsu-recipients"] == "1,3")
    #expect(!note.headers(hasEventTime: true).contains { $0.name == "bongsu-event-time" })
  }

  @Test func `a record keeps its own headers and those that are true of all its attempts`() {
    let kept = ["id", "traceparent", "bongsu-replay", "bongsu-event-time", "bongsu-uncounted"]
    #expect(kept.allSatisfy(FailureNote.keeps))
    #expect(!["bongsu-attempt", "bongsu-state", "bongsu-error-code"].contains(where: FailureNote.keeps))
  }
}
