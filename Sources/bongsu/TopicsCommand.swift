import Administration
import Arguments

let topicsCommand = Command(
  "topics", summary: "Compare Kafka's topics with what the roles need, and make them so",
  examples: [.init("bongsu topics plan --bootstrap-servers kafka:9092", "shows what is missing or different")],
  subcommands: [planTopics, applyTopics])

private let planTopics = Command(
  "plan", summary: "Show what `topics apply` would do",
  discussion: "Exit status: 0 nothing to do, 3 something to do, 1 Kafka could not be asked. Topics and settings that "
    + "are not in the table are left alone, and nothing is ever deleted.",
  examples: [
    .init("bongsu topics plan --bootstrap-servers kafka:9092 --partitions 12", "compares"),
    .init("bongsu topics plan --bootstrap-servers kafka:9092 --prefix bulk.", "those of a way of its own"),
  ],
  options: TopicOptions.all
) { arguments in
  let options = try TopicOptions.read(arguments)
  let plan = try makePlan(TopicAdministration(options.kafka), options)
  Terminal.standard.output(plan.text)
  if !plan.isNothing { throw ExitStatus(3) }
}

private let applyTopics = Command(
  "apply", summary: "Create what is missing and set what differs",
  discussion:
    "Applied twice it changes nothing. More partitions send keys to other partitions, which breaks their order "
    + "once, so that needs --allow-repartition. Exit status: 0 done, 1 refused; what was done before stays.",
  examples: [.init("bongsu topics apply --bootstrap-servers kafka:9092 --partitions 12 --replication 3", "makes them")],
  options: TopicOptions.all + [
    .flag("allow-repartition", help: "Also give topics more partitions.")
  ]
) { arguments in
  let options = try TopicOptions.read(arguments)
  let administration = try TopicAdministration(options.kafka)
  let plan = try makePlan(administration, options)
  Terminal.standard.output(plan.text)
  try administration.apply(plan, allowRepartition: arguments.flag("allow-repartition"))
  if !plan.isNothing { Terminal.standard.output("Done.\n") }
}

private func makePlan(_ administration: TopicAdministration, _ options: TopicOptions) throws -> TopicPlan {
  try administration.plan(options.section.layout(brokers: administration.brokerCount()), prefix: options.prefix)
}
