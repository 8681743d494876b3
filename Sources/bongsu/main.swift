import Arguments
import Glibc

// The composition root: commands only, no logic.
let bongsu = Command(
  "bongsu", summary: "Carries notifications from a database transaction to a person",
  examples: [.init("bongsu relay --help", "what the relay takes")],
  subcommands: [
    devCommand, relayCommand, routerCommand, workerCommand, redriveCommand, brokerCommand, migrateCommand,
    topicsCommand, doctorCommand, simulateCommand, explainCommand, renderCommand, benchCommand, configurationCommand,
    versionCommand,
  ] + keeperCommands)

exit(bongsu.execute(Array(CommandLine.arguments.dropFirst())))
