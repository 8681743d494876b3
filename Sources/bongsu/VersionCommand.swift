import Arguments

/// The version that `bongsu version` prints; CHANGELOG.md has its section.
let bongsuVersion = "0.1.0"

let versionCommand = Command(
  "version", summary: "Print the version", examples: [.init("bongsu version", "prints it")]
) { _ in
  Terminal.standard.output("bongsu \(bongsuVersion)\n")
}
