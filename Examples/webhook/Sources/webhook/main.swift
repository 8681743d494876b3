import Foundation
import Kafka
import Redis
import Telemetry
import Worker

// webhook URL SECRET [KAFKA] [REDIS]: sends what is in notification.email to the URL, until SIGINT or SIGTERM.
let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  print("usage: webhook URL SECRET [BOOTSTRAP-SERVERS] [REDIS]")
  exit(2)
}
let kafka = KafkaSettings(bootstrapServers: arguments.count > 3 ? arguments[3] : "127.0.0.1:9092")
let redis = try RedisSettings(address: arguments.count > 4 ? arguments[4] : "127.0.0.1:6379")
let settings = WorkerSettings(kafka: kafka, redis: redis, channel: .email)
let provider = try WebhookProvider(url: arguments[1], secret: Array(arguments[2].utf8))
let worker = WorkerRole(
  settings, provider: provider, registry: MetricsRegistry(), logger: Logger(label: "webhook", level: .info))

let signals = [SIGINT, SIGTERM].map { number in
  signal(number, SIG_IGN)
  let source = DispatchSource.makeSignalSource(signal: number, queue: .main)
  source.setEventHandler {
    do {
      try worker.stop(within: .seconds(10))
      exit(0)
    } catch {
      print("webhook: \(error)")
      exit(1)
    }
  }
  source.resume()
  return source
}
worker.start()
dispatchMain()
