import Arguments
import Glibc

// The composition root: commands only, no logic.
exit(rootCommand.execute(Array(CommandLine.arguments.dropFirst())))
