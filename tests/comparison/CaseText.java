// What the two halves of a comparison say to each other: how a case's values are read, and how values and schemas
// are written. The counterpart of testing/case_text.h.

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.HeaderConverter;

class CaseText {
    private static final Map<String, HeaderConverter> CONVERTERS = new HashMap<>();

    // With its causes, each behind an arrow.
    static String failure(Throwable failure) {
        StringBuilder text = new StringBuilder("FAIL ");
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each != failure) text.append(" <- ");
            text.append(each.getClass().getName()).append(": ").append(each.getMessage());
        }
        return text.toString();
    }

    static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    static SchemaAndValue read(String reader, String hex) throws Exception {
        SchemaAndValue read = reader(reader).toConnectHeader("t", "h", bytes(hex));
        return read == null ? SchemaAndValue.NULL : read;
    }

    static HeaderConverter reader(String name) throws Exception {
        return switch (name) {
            case "J" -> converter("org.apache.kafka.connect.json.JsonConverter", "replace.null.with.default=false");
            case "P" -> converter("org.apache.kafka.connect.json.JsonConverter", "schemas.enable=false");
            case "S" -> converter("org.apache.kafka.connect.storage.StringConverter", "-");
            case "B" -> converter("org.apache.kafka.connect.converters.ByteArrayConverter", "-");
            case "s" -> converter("org.apache.kafka.connect.converters.ShortConverter", "-");
            case "i" -> converter("org.apache.kafka.connect.converters.IntegerConverter", "-");
            case "l" -> converter("org.apache.kafka.connect.converters.LongConverter", "-");
            case "f" -> converter("org.apache.kafka.connect.converters.FloatConverter", "-");
            case "d" -> converter("org.apache.kafka.connect.converters.DoubleConverter", "-");
            case "z" -> converter("org.apache.kafka.connect.converters.BooleanConverter", "-");
            default -> converter("org.apache.kafka.connect.storage.SimpleHeaderConverter", "-");
        };
    }

    static HeaderConverter converter(String name, String config) throws Exception {
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

    static byte[] bytes(String hex) {
        return hex.equals("-") ? null : HexFormat.of().parseHex(hex);
    }

    static String schema(Schema schema) {
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

    static String units(String text) {
        StringBuilder hex = new StringBuilder();
        for (char unit : text.toCharArray()) hex.append(unit > 32 && unit < 127 && unit != '%' ? "" + unit : String.format("%%%04x", (int) unit));
        return hex.toString();
    }

    static String value(Object value) {
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
