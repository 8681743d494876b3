public import Configuration
public import Foundation

extension ConfigurationReader {
  /// The process's configuration: a file, if one is named, the environment over it, and flags over both.
  /// - Parameters:
  ///   - path: the YAML file; nil takes `BONGSU_CONFIG` from the environment, and where that is not set no file.
  /// - Throws: what is wrong with the file, with line and column.
  public init(
    path: String?, overrides: [ConfigurationOverride],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ConfigurationError) {
    var environment = environment
    let named = environment.removeValue(forKey: "BONGSU_CONFIG").flatMap { $0.isEmpty ? nil : $0 }
    let file: ConfigurationFile? = if let path = path ?? named { try ConfigurationFile(path: path) } else { nil }
    self.init(file: file, environment: environment, overrides: overrides)
  }
}
