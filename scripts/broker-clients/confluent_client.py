"""librdkafka as of today, by confluent-kafka: admin, produce with every codec, groups, offsets, transactions refused."""
import os
import uuid

from confluent_kafka import (
    Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition, __version__, libversion)
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

broker = {"bootstrap.servers": os.environ["BROKER"]}
topic = f"confluent-{uuid.uuid4().hex[:8]}"
admin = AdminClient(broker)


def only(futures):
    return next(iter(futures.values())).result(20)


only(admin.create_topics([NewTopic(topic, 2, 1, config={"retention.ms": "3600000"})]))
resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
assert only(admin.describe_configs([resource]))["retention.ms"].value == "3600000"
only(admin.create_partitions([NewPartitions(topic, 3)]))
assert len(admin.describe_cluster().result(20).nodes) == 1

sent = []
for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
    producer = Producer(broker | {"compression.type": codec, "enable.idempotence": True})
    failed = []
    for number in range(1000):
        value = f"{codec}-{number}"
        producer.produce(topic, key=str(number), value=value, headers={"n": str(number)},
                         on_delivery=lambda error, message: error and failed.append(error))
        sent.append(value)
    assert producer.flush(30) == 0 and not failed, failed

group = f"group-{uuid.uuid4().hex[:8]}"
settings = broker | {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False}


def drain(count):
    consumer = Consumer(settings | {"session.timeout.ms": 6000})
    consumer.subscribe([topic])
    values = []
    while len(values) < count:
        message = consumer.poll(20)
        assert message is not None and message.error() is None, message and message.error()
        values.append(message.value().decode())
    consumer.commit(asynchronous=False)
    consumer.close()
    return values


assert sorted(drain(len(sent))) == sorted(sent)
producer = Producer(broker)
producer.produce(topic, value="one more")
producer.flush(30)
assert drain(1) == ["one more"]
committed = only(admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]))
assert sum(place.offset for place in committed.topic_partitions) == len(sent) + 1
assert only(admin.describe_consumer_groups([group])).group_id == group
assert group in [listed.group_id for listed in admin.list_consumer_groups().result(20).valid]
only(admin.delete_consumer_groups([group]))
offsets = only(admin.delete_records([TopicPartition(topic, 0, -1)]))
assert offsets.low_watermark > 0

try:
    Producer(broker | {"transactional.id": "t"}).init_transactions(20)
    raise AssertionError("a transactional id was taken")
except KafkaException as error:
    assert error.args[0].name() == "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", error
only(admin.delete_topics([topic]))
print(f"confluent-kafka {__version__}, librdkafka {libversion()[0]}: well")
