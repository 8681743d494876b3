"""kafka-python: admin, produce, two members of a group, seek by time."""
import os
import uuid

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

broker = os.environ["BROKER"]
topic = f"python-{uuid.uuid4().hex[:8]}"
admin = KafkaAdminClient(bootstrap_servers=broker)
admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
assert topic in admin.list_topics()

producer = KafkaProducer(bootstrap_servers=broker, acks="all", compression_type="gzip")
results = [producer.send(topic, key=str(n).encode(), value=f"v{n}".encode()) for n in range(1000)]
producer.flush(30)
assert all(result.get(10).offset >= 0 for result in results)

group = f"group-{uuid.uuid4().hex[:8]}"
settings = dict(bootstrap_servers=broker, group_id=group, auto_offset_reset="earliest", consumer_timeout_ms=20_000)
first = KafkaConsumer(topic, **settings)
values = {next(first).value for _ in range(1000)}
assert len(values) == 1000
first.commit()
first.close()
second = KafkaConsumer(topic, **(settings | dict(consumer_timeout_ms=1_500)))
assert [message.value for message in second] == []
ends = second.end_offsets([TopicPartition(topic, 0), TopicPartition(topic, 1)])
assert sum(ends.values()) == 1000
times = second.offsets_for_times({TopicPartition(topic, 0): 0})
assert times[TopicPartition(topic, 0)].offset == 0
second.close()
admin.delete_topics([topic])
print(f"kafka-python {kafka.__version__}: well")
