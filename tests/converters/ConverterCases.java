// Runs cases of the converter corpus through the Java converters. One case a line, tab-separated:
//   R class config hex                          bytes to value: prints schema and value
//   W class config reader hex reader hex        schema from the first bytes, value from the second; to bytes
// config: key=value;key=value or -. hex: bytes, or - for null. reader: J (JSON with envelope), P (plain JSON),
// H (SimpleHeaderConverter). Prints one line a case: OK text, or FAIL class: message.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.HeaderConverter;

public class ConverterCases {
    private static final Map<String, HeaderConverter> CONVERTERS = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("UTC"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String result;
            try {
                result = "OK " + run(line.split("\t", -1));
            } catch (Throwable failure) {
                result = "FAIL " + failure.getClass().getName() + ": " + failure.getMessage();
            }
            out.println(result.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"));
        }
        out.flush();
    }

    private static String run(String[] parts) throws Exception {
        HeaderConverter converter = converter(parts[1], parts[2]);
        if (parts[0].equals("R")) {
            SchemaAndValue read = converter.toConnectHeader("t", "h", bytes(parts[3]));
            return read == null ? "- n" : schema(read.schema()) + " " + value(read.value());
        }
        SchemaAndValue first = reader(parts[3]).toConnectHeader("t", "h", bytes(parts[4]));
        SchemaAndValue second = reader(parts[5]).toConnectHeader("t", "h", bytes(parts[6]));
        byte[] written = converter.fromConnectHeader("t", "h", first == null ? null : first.schema(),
            second == null ? null : second.value());
        return written == null ? "-" : HexFormat.of().formatHex(written);
    }

    private static HeaderConverter reader(String name) throws Exception {
        return switch (name) {
            case "J" -> converter("org.apache.kafka.connect.json.JsonConverter", "replace.null.with.default=false");
            case "P" -> converter("org.apache.kafka.connect.json.JsonConverter", "schemas.enable=false");
            default -> converter("org.apache.kafka.connect.storage.SimpleHeaderConverter", "-");
        };
    }

    private static HeaderConverter converter(String name, String config) throws Exception {
        HeaderConverter known = CONVERTERS.get(name + config);
        if (known != null) return known;
        HeaderConverter converter = (HeaderConverter) Class.forName(name).getDeclaredConstructor().newInstance();
        Map<String, String> settings = new HashMap<>();
        settings.put("converter.type", "header");
        if (!config.equals("-")) {
            for (String setting : config.split(";")) {
                int equals = setting.indexOf('=');
                settings.put(setting.substring(0, equals), setting.substring(equals + 1));
            }
        }
        converter.configure(settings);
        CONVERTERS.put(name + config, converter);
        return converter;
    }

    private static byte[] bytes(String hex) {
        return hex.equals("-") ? null : HexFormat.of().parseHex(hex);
    }

    private static String schema(Schema schema) {
        if (schema == null) return "-";
        StringBuilder text = new StringBuilder(schema.type().toString());
        if (schema.isOptional()) text.append("?");
        if (schema.name() != null) text.append(" name=").append(units(schema.name()));
        if (schema.version() != null) text.append(" version=").append(schema.version());
        if (schema.doc() != null) text.append(" doc=").append(units(schema.doc()));
        if (schema.parameters() != null)
            schema.parameters().forEach((k, v) -> text.append(" ").append(units(k)).append("=").append(units(v)));
        if (schema.defaultValue() != null) text.append(" default=").append(value(schema.defaultValue()));
        if (schema.type() == Schema.Type.ARRAY) text.append("<").append(schema(schema.valueSchema())).append(">");
        if (schema.type() == Schema.Type.MAP)
            text.append("<").append(schema(schema.keySchema())).append(",").append(schema(schema.valueSchema())).append(">");
        if (schema.type() == Schema.Type.STRUCT) {
            text.append("(");
            for (Field field : schema.fields()) text.append(units(field.name())).append(":").append(schema(field.schema())).append(";");
            text.append(")");
        }
        return text.toString();
    }

    private static String units(String text) {
        StringBuilder hex = new StringBuilder();
        for (char unit : text.toCharArray()) hex.append(unit > 32 && unit < 127 && unit != '%' ? "" + unit : String.format("%%%04x", (int) unit));
        return hex.toString();
    }

    private static String value(Object value) {
        if (value == null) return "n";
        if (value instanceof Boolean) return "Z" + value;
        if (value instanceof Byte) return "B" + value;
        if (value instanceof Short) return "S" + value;
        if (value instanceof Integer) return "I" + value;
        if (value instanceof Long) return "J" + value;
        if (value instanceof Float number) return "F" + Integer.toHexString(Float.floatToIntBits(number));
        if (value instanceof Double number) return "D" + Long.toHexString(Double.doubleToLongBits(number));
        if (value instanceof String text) return "T" + units(text);
        if (value instanceof byte[] raw) return "b" + HexFormat.of().formatHex(raw);
        if (value instanceof BigDecimal decimal) return "d" + decimal.unscaledValue() + "/" + decimal.scale();
        if (value instanceof java.util.Date date) return "t" + date.getTime();
        StringBuilder text = new StringBuilder();
        if (value instanceof List<?> list) {
            for (Object element : list) text.append(value(element)).append(",");
            return "[" + text + "]";
        }
        if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> text.append(value(k)).append("=").append(value(v)).append(","));
            return "{" + text + "}";
        }
        Struct struct = (Struct) value;
        for (Field field : struct.schema().fields()) text.append(value(struct.getWithoutDefault(field.name()))).append(",");
        return "(" + text + ")";
    }
}
