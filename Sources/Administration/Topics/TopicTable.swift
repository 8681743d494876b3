import NotificationModel

/// A plan as people read it.
extension TopicPlan {
  /// A line for each topic, then the warnings and what it comes to.
  public var text: String {
    let rows = [["topic", "key", "partitions", "copies", "kept", "what happens"]] + steps.map(row)
    let table = TextTable.text(rows)
    let notes = warnings.map { "warning: \($0)\n" }.joined()
    return "\(table)\n\(notes)\(summary)\n"
  }

  private func row(_ step: TopicStep) -> [String] {
    [
      step.name, step.topic.key, "\(step.growsFrom ?? layout.partitions)", "\(layout.replication)",
      step.topic.retentionDays.map { "\($0) days" } ?? "for ever", Self.action(step, layout),
    ]
  }

  private static func action(_ step: TopicStep, _ layout: TopicLayout) -> String {
    if step.isMissing { return "create" }
    var actions = step.settings.map { "set \($0.name) \($0.from ?? "unknown") -> \($0.to)" }
    if let from = step.growsFrom { actions.insert("PARTITIONS \(from) -> \(layout.partitions)", at: 0) }
    return actions.isEmpty ? "-" : actions.joined(separator: ", ")
  }

  private var summary: String {
    guard !isNothing else { return "Nothing to do." }
    let created = steps.count(where: \.isMissing)
    let set = steps.count { !$0.settings.isEmpty }
    var text = "\(created) to create, \(set) to set, \(repartitioned.count) to give more partitions."
    if !repartitioned.isEmpty {
      text +=
        "\nMore partitions send keys elsewhere, so order per key breaks once: let consumers catch up first, "
        + "then apply with --allow-repartition."
    }
    return text
  }
}

/// Columns as wide as their widest cell.
enum TextTable {
  static func text(_ rows: [[String]]) -> String {
    let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
