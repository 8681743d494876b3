import Arguments
import Glibc

// The composition root: commands only, no logic.
let bongsu = Command(
  "bongsu", summary: "Carries notifications from a database transaction to a person",
  examples: [.init("bongsu relay --help", "what the relay takes")],
  subcommands: [
    devCommand, relayCommand, routerCommand, workerCommand, redriveCommand, recorderCommand, logCommand, brokerCommand,
    migrateCommand, topicsCommand, doctorCommand, deadLetterCommand, traceCommand, statsCommand, auditCommand,
    simulateCommand, explainCommand, renderCommand, benchCommand,
    configurationCommand, versionCommand,
  ] + keeperCommands)

exit(bongsu.execute(Array(CommandLine.arguments.dropFirst())))
