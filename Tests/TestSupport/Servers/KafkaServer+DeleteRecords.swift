import Foundation
public import LocalServers

extension KafkaServer {
  /// Removes all that a topic holds at present, as retention does.
  public func deleteRecords(of topic: String, partitions: Int = 3) throws {
    let file = directory.file("delete-\(topic).json")
    let entries = (0..<partitions).map { #"{"topic": "\#(topic)", "partition": \#($0), "offset": -1}"# }
    try #"{"version": 1, "partitions": [\#(entries.joined(separator: ","))]}"#
      .write(toFile: file, atomically: true, encoding: .utf8)
    let tool = "\(KafkaServer.home ?? "")/bin/kafka-delete-records"
    try ChildProcess.run(
      ChildCommand(tool, ["--bootstrap-server", bootstrapServers, "--offset-json-file", file]))
  }
}
