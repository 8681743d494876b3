import Testing

@testable import Suggestions

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("slto", "slot"), ("Slot", "slot"), ("publcation", "publication"), ("sl", nil), ("entirely", nil), ("", nil),
    ("pub", "publication"),
  ])
  func `what is near is named, what is not is not`(text: String, expected: String?) {
    #expect(Suggestion.nearest(to: text, in: ["slot", "publication", "topic"]) == expected)
  }

  @Test func `of two that are equally near it is the first by alphabet, in whatever order they come`() {
    #expect(Suggestion.nearest(to: "cat", in: ["car", "bat"]) == "bat")
    #expect(Suggestion.nearest(to: "cat", in: ["bat", "car"]) == "bat")
  }

  @Test func `nothing is near where there is nothing`() {
    #expect(Suggestion.nearest(to: "slot", in: []) == nil)
  }

  @Test func `two long texts that share nothing are not compared to their end`() {
    let text = String(repeating: "a", count: 100_000)
    #expect(Suggestion.nearest(to: text, in: [String(repeating: "b", count: 60_000)]) == nil)
  }

  @Test(arguments: [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("kitten", "sitting", 3), ("봉수", "봉", 1)])
  func `edits are counted, an exchange as one`(first: String, second: String, edits: Int) {
    #expect(Suggestion.distance(first, second) == edits)
    #expect(Suggestion.distance(second, first) == edits)
  }
}
