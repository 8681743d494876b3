import Administration
import Arguments
import NotificationModel

let topicsCommand = Command(
  "topics", summary: "Compare Kafka's topics with what the roles need, and make them so",
  examples: [.init("bongsu topics plan --bootstrap-servers kafka:9092", "shows what is missing or different")],
  subcommands: [planTopics, applyTopics])

private let layoutOptions: [Option] = [
  .integer("partitions", "N", in: 1...10_000, help: "Partitions of each topic (6)."),
  .integer(
    "replication", "N", in: 1...15, help: "Copies of each record (3, or one on each broker if there are fewer)."),
  .integer(
    "max-message-bytes", "N", in: 10_000...100_000_000,
    help: "The largest record (1048588); dlq, retry and parked take 64 KiB more."),
]

private let planTopics = Command(
  "plan", summary: "Show what `topics apply` would do",
  discussion: "Exit status: 0 nothing to do, 3 something to do, 1 Kafka could not be asked. Topics and settings that "
    + "are not in the table are left alone, and nothing is ever deleted.",
  examples: [.init("bongsu topics plan --bootstrap-servers kafka:9092 --partitions 12", "compares")],
  options: KafkaArguments.options + layoutOptions
) { arguments in
  let plan = try makePlan(TopicAdministration(try KafkaArguments.settings(arguments)), arguments)
  Terminal.standard.output(plan.text)
  if !plan.isNothing { throw ExitStatus(3) }
}

private let applyTopics = Command(
  "apply", summary: "Create what is missing and set what differs",
  discussion:
    "Applied twice it changes nothing. More partitions send keys to other partitions, which breaks their order "
    + "once, so that needs --allow-repartition. Exit status: 0 done, 1 refused; what was done before stays.",
  examples: [.init("bongsu topics apply --bootstrap-servers kafka:9092 --partitions 12 --replication 3", "makes them")],
  options: KafkaArguments.options + layoutOptions + [
    .flag("allow-repartition", help: "Also give topics more partitions.")
  ]
) { arguments in
  let administration = try TopicAdministration(try KafkaArguments.settings(arguments))
  let plan = try makePlan(administration, arguments)
  Terminal.standard.output(plan.text)
  try administration.apply(plan, allowRepartition: arguments.flag("allow-repartition"))
  if !plan.isNothing { Terminal.standard.output("Done.\n") }
}

private func makePlan(_ administration: TopicAdministration, _ arguments: ParsedArguments) throws -> TopicPlan {
  var layout = TopicLayout(
    partitions: arguments.integer("partitions") ?? 6,
    replication: try arguments.integer("replication") ?? min(3, max(1, administration.brokerCount())))
  if let bytes = arguments.integer("max-message-bytes") { layout.maxMessageBytes = bytes }
  return try administration.plan(layout)
}
