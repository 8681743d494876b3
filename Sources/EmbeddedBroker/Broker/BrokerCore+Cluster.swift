extension BrokerCore {
  func apiVersions(_ exchange: Exchange) {
    let isKnown = APIVersionsAPI.versions.contains(exchange.header.version)
    var response = APIVersionsAPI.Response()
    response.error = isKnown ? .none : .unsupportedVersion
    response.apis = APIKey.allCases.map { key in
      APIVersionsAPI.Range(key: key.rawValue, min: key.api.versions.lowerBound, max: key.api.versions.upperBound)
    }
    exchange.reply(APIVersionsAPI.self, response, version: isKnown ? exchange.header.version : 0)
  }

  func metadata(_ request: MetadataAPI.Request, _ exchange: Exchange) {
    var response = MetadataAPI.Response(clusterID: clusterID, controllerID: Self.node)
    response.brokers = [.init(id: Self.node, host: advertised.host, port: advertised.port)]
    let asksForAll = exchange.header.version == 0 && request.topics?.isEmpty == true
    if let topics = request.topics, !asksForAll {
      let mayCreate = settings.createsTopics && request.mayCreate
      response.topics = topics.map { describe($0, mayCreate: mayCreate) }
    } else {
      response.topics = catalog.topics.map(describe)
    }
    exchange.reply(MetadataAPI.self, response)
  }

  private func describe(_ asked: MetadataAPI.TopicName, mayCreate: Bool) -> MetadataAPI.Topic {
    guard let name = asked.name else {
      if let topic = catalog[asked.id] { return describe(topic) }
      return MetadataAPI.Topic(error: .unknownTopicID, id: asked.id)
    }
    if let topic = catalog[name] { return describe(topic) }
    guard Topic.isValid(name) else { return MetadataAPI.Topic(error: .invalidTopic, name: name) }
    guard mayCreate else { return MetadataAPI.Topic(error: .unknownTopicOrPartition, name: name) }
    do throws(PartitionError) {
      return describe(try create(name, partitions: Int32(settings.defaultPartitions), .none))
    } catch {
      return MetadataAPI.Topic(error: error.code, name: name)
    }
  }

  private func describe(_ topic: Topic) -> MetadataAPI.Topic {
    let node = Self.node
    let parts = (0..<topic.partitions).map { index in
      MetadataAPI.Partition(index: index, leader: node, leaderEpoch: 0, replicas: [node], inSyncReplicas: [node])
    }
    return MetadataAPI.Topic(name: topic.name, id: topic.id, partitions: parts)
  }

  func describeCluster(_ request: DescribeClusterAPI.Request, _ exchange: Exchange) {
    var response = DescribeClusterAPI.Response(clusterID: clusterID, controllerID: Self.node)
    guard request.endpointType == DescribeClusterAPI.Request.brokers else {
      response.error = .unsupportedEndpointType
      response.message = "this is a broker and no controller"
      return exchange.reply(DescribeClusterAPI.self, response)
    }
    response.brokers = [.init(id: Self.node, host: advertised.host, port: advertised.port)]
    exchange.reply(DescribeClusterAPI.self, response)
  }

  func findCoordinator(_ request: FindCoordinatorAPI.Request, _ exchange: Exchange) {
    let names = exchange.header.version >= 4 ? request.names : [request.name]
    let coordinators = names.map { name in
      switch request.kind {
      case FindCoordinatorAPI.Request.group:
        FindCoordinatorAPI.Coordinator(
          name: name, node: Self.node, host: advertised.host, port: advertised.port)
      case FindCoordinatorAPI.Request.transaction:
        FindCoordinatorAPI.Coordinator(
          name: name, error: .transactionalIDRefused, message: "this broker has no transactions; use a Kafka cluster")
      default:
        FindCoordinatorAPI.Coordinator(name: name, error: .invalidRequest, message: "there are groups only")
      }
    }
    exchange.reply(FindCoordinatorAPI.self, FindCoordinatorAPI.Response(coordinators: coordinators))
  }

  func initProducerID(_ request: InitProducerIDAPI.Request, _ exchange: Exchange) {
    var response = InitProducerIDAPI.Response()
    if request.transactionalID != nil {
      response.error = .transactionalIDRefused
    } else {
      do throws(PartitionError) {
        response.producerID = try producerIDs.take()
        response.producerEpoch = 0
      } catch {
        response.error = error.code
      }
    }
    exchange.reply(InitProducerIDAPI.self, response)
  }
}
