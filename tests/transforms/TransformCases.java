// Runs cases of the transform corpus through the Java transforms. One case a line, tab-separated:
//   config topic partition timestamp offset reader key reader value headers
// config: lines `key=value` of a connector, in hexadecimal. partition, timestamp: a number, or - for null. offset: of a
// sink record, or - for a source record. reader and bytes: as in CaseText. headers: `name reader bytes;` ..., or -.
// Prints one line a case: OK and the record, DROPPED, or FAIL class: message.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

@SuppressWarnings({"unchecked", "rawtypes"})
public class TransformCases {
    record Stage(Predicate predicate, boolean negate, Transformation transformation) { }

    // Chains are kept, so that their caches take part.
    private static final Map<String, List<Stage>> CHAINS = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("UTC"));
        java.util.Locale.setDefault(java.util.Locale.ENGLISH);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String result;
            try {
                result = run(line.split("\t", -1));
            } catch (Throwable failure) {
                result = CaseText.failure(failure);
            }
            out.println(CaseText.escaped(result));
        }
        out.flush();
    }

    private static String run(String[] parts) throws Exception {
        List<Stage> chain = CHAINS.get(parts[0]);
        if (chain == null) CHAINS.put(parts[0], chain = chain(new String(HexFormat.of().parseHex(parts[0]), StandardCharsets.UTF_8)));
        SchemaAndValue key = CaseText.read(parts[5], parts[6]);
        SchemaAndValue value = CaseText.read(parts[7], parts[8]);
        ConnectHeaders headers = new ConnectHeaders();
        if (!parts[9].equals("-")) {
            for (String header : parts[9].split(";")) {
                String[] words = header.split(" ", -1);
                headers.add(words[0], CaseText.read(words[1], words[2]));
            }
        }
        Integer partition = parts[2].equals("-") ? null : Integer.valueOf(parts[2]);
        Long timestamp = parts[3].equals("-") ? null : Long.valueOf(parts[3]);
        ConnectRecord record = parts[4].equals("-")
            ? new SourceRecord(null, null, parts[1], partition, key.schema(), key.value(), value.schema(), value.value(), timestamp, headers)
            : new SinkRecord(parts[1], partition, key.schema(), key.value(), value.schema(), value.value(), Long.parseLong(parts[4]), timestamp,
                             TimestampType.CREATE_TIME, headers);
        for (Stage stage : chain) {
            if (stage.predicate == null || stage.negate ^ stage.predicate.test(record)) record = stage.transformation.apply(record);
            if (record == null) return "DROPPED";
        }
        StringBuilder text = new StringBuilder("OK " + record.topic() + " " + record.kafkaPartition() + " " + record.timestamp());
        text.append(" ").append(datum(record.keySchema(), record.key())).append(" ").append(datum(record.valueSchema(), record.value()));
        for (Header header : record.headers()) text.append(" ").append(header.key()).append(":").append(datum(header.schema(), header.value()));
        return text.toString();
    }

    private static String datum(Schema schema, Object value) {
        return CaseText.schema(schema) + " " + CaseText.value(value);
    }

    private static List<Stage> chain(String lines) throws Exception {
        Map<String, String> config = new TreeMap<>();
        for (String line : lines.split("\n")) config.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        List<Stage> chain = new ArrayList<>();
        for (String alias : config.get("transforms").split(",")) {
            Map<String, String> own = under(config, "transforms." + alias + ".");
            Transformation transformation = (Transformation) Class.forName(own.get("type")).getDeclaredConstructor().newInstance();
            transformation.configure(own);
            Predicate predicate = null;
            if (own.containsKey("predicate")) {
                Map<String, String> settings = under(config, "predicates." + own.get("predicate") + ".");
                predicate = (Predicate) Class.forName(settings.get("type")).getDeclaredConstructor().newInstance();
                predicate.configure(settings);
            }
            chain.add(new Stage(predicate, Boolean.parseBoolean(own.get("negate")), transformation));
        }
        return chain;
    }

    private static Map<String, String> under(Map<String, String> config, String prefix) {
        Map<String, String> cut = new HashMap<>();
        config.forEach((key, value) -> {
            if (key.startsWith(prefix)) cut.put(key.substring(prefix.length()), value);
        });
        return cut;
    }
}
