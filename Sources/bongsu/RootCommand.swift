import Arguments

/// Every command. Beside `main.swift`, so that a test can look at all of them.
let rootCommand = Command(
  "bongsu", summary: "Carries notifications from a database transaction to a person",
  examples: [.init("bongsu relay --help", "what the relay takes")],
  subcommands: [
    devCommand, relayCommand, routerCommand, workerCommand, redriveCommand, recorderCommand, logCommand, brokerCommand,
    migrateCommand, topicsCommand, doctorCommand, deadLetterCommand, traceCommand, statsCommand, auditCommand,
    simulateCommand, explainCommand, renderCommand, benchCommand,
    configurationCommand, versionCommand,
  ] + keeperCommands)
