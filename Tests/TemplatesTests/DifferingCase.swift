/// The specification's cases that print something else here, each by the way in which it differs; docs/templates.md names
/// them as well.
enum DifferingCase: String, CaseIterable {
  /// What is printed is escaped in e-mail alone.
  case escapedInMailAlone
  /// There are no tags that print as it is.
  case noUnescapedTag
  /// What is printed and missing is an error.
  case missingIsAnError

  var names: [String] {
    switch self {
    case .escapedInMailAlone:
      [
        "interpolation: HTML Escaping",
        "interpolation: Implicit Iterators - HTML Escaping",
        "sections: Implicit Iterator - HTML Escaping",
      ]
    case .noUnescapedTag:
      [
        "interpolation: Triple Mustache",
        "interpolation: Ampersand",
        "interpolation: Triple Mustache Integer Interpolation",
        "interpolation: Ampersand Integer Interpolation",
        "interpolation: Triple Mustache Decimal Interpolation",
        "interpolation: Ampersand Decimal Interpolation",
        "interpolation: Triple Mustache Null Interpolation",
        "interpolation: Ampersand Null Interpolation",
        "interpolation: Triple Mustache Context Miss Interpolation",
        "interpolation: Ampersand Context Miss Interpolation",
        "interpolation: Dotted Names - Triple Mustache Interpolation",
        "interpolation: Dotted Names - Ampersand Interpolation",
        "interpolation: Implicit Iterators - Triple Mustache",
        "interpolation: Implicit Iterators - Ampersand",
        "interpolation: Triple Mustache - Surrounding Whitespace",
        "interpolation: Ampersand - Surrounding Whitespace",
        "interpolation: Triple Mustache - Standalone",
        "interpolation: Ampersand - Standalone",
        "interpolation: Triple Mustache With Padding",
        "interpolation: Ampersand With Padding",
        "sections: Implicit Iterator - Triple mustache",
        "sections: Implicit Iterator - Ampersand",
      ]
    case .missingIsAnError:
      [
        "interpolation: Basic Context Miss Interpolation",
        "interpolation: Dotted Names - Broken Chains",
        "interpolation: Dotted Names - Broken Chain Resolution",
        "interpolation: Dotted Names - Context Precedence",
        "interpolation: Dotted Names are never single keys",
      ]
    }
  }
}
