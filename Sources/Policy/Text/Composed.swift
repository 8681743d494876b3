import Foundation

extension String {
  /// With syllables in one piece (NFC), as telephones and CP949 know them: some systems write Hangul and accents apart.
  var composed: String {
    let isApart = unicodeScalars.contains {
      (0x300...0x36F).contains($0.value) || (0x1100...0x11FF).contains($0.value)
        || (0x3099...0x309A).contains($0.value)
    }
    return isApart ? precomposedStringWithCanonicalMapping : self
  }
}
