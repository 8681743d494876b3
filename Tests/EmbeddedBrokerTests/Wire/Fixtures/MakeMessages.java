import java.nio.ByteBuffer;
import java.util.*;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.*;
import org.apache.kafka.common.protocol.types.*;

/**
 * Prints one line a message: API key, request or response, version, bytes in hex. Kafka's own schemas write them; the
 * values are drawn from a fixed seed. Run by hand: java -cp "$KAFKA_HOME/libs/*" MakeMessages.java > messages.txt
 */
public class MakeMessages {
  static Random random = new Random(5);

  static Object value(Type type, boolean nullable) {
    if (type instanceof Schema schema) return struct(schema);
    if (type.isNullable() && random.nextInt(4) == 0) return null;
    if (type.isArray()) {
      Type element = type.arrayElementType().get();
      Object[] items = new Object[1 + random.nextInt(2)];
      for (int i = 0; i < items.length; i++) items[i] = value(element, false);
      return items;
    }
    String name = type.toString();
    if (type instanceof TaggedFields) return new TreeMap<Integer, Object>();
    if (name.contains("STRING")) return "s" + random.nextInt(100);
    if (name.contains("RECORDS")) return null;
    if (name.contains("BYTES")) { byte[] b = new byte[1 + random.nextInt(5)]; random.nextBytes(b); return ByteBuffer.wrap(b); }
    return switch (name) {
      case "BOOLEAN" -> random.nextBoolean();
      case "INT8" -> (byte) random.nextInt();
      case "INT16" -> (short) random.nextInt();
      case "UINT16" -> random.nextInt(65536);
      case "INT32" -> random.nextInt();
      case "INT64" -> random.nextLong();
      case "UUID" -> new Uuid(random.nextLong(), random.nextLong());
      default -> throw new RuntimeException("type " + name + " " + type.getClass());
    };
  }

  static Struct struct(Schema schema) {
    Struct struct = new Struct(schema);
    for (BoundField field : schema.fields()) struct.set(field, value(field.def.type, false));
    return struct;
  }

  static void print(ApiKeys api, String kind, Schema[] schemas) {
    for (int version = 0; version < schemas.length; version++) {
      if (schemas[version] == null) continue;
      Struct struct = struct(schemas[version]);
      ByteBuffer buffer = ByteBuffer.allocate(struct.sizeOf());
      struct.writeTo(buffer);
      System.out.println(api.id + " " + kind + " " + version + " " + HexFormat.of().formatHex(buffer.array()));
    }
  }

  public static void main(String[] arguments) {
    int[] ids = {0,1,2,3,8,9,10,11,12,13,14,15,16,18,19,20,21,22,23,32,33,37,42,44,60};
    for (int id : ids) {
      ApiKeys api = ApiKeys.forId(id);
      print(api, "request", api.messageType.requestSchemas());
      print(api, "response", api.messageType.responseSchemas());
    }
  }
}
