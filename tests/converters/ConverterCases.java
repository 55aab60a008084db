// Runs cases of the converter corpus through the Java converters. One case a line, tab-separated:
//   R class config hex                          bytes to value: prints schema and value
//   W class config reader hex reader hex        schema from the first bytes, value from the second; to bytes
// config: key=value;key=value or -. hex: bytes, or - for null. reader: J (JSON with envelope), P (plain JSON),
// H (SimpleHeaderConverter). Prints one line a case: OK text, or FAIL class: message.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.storage.HeaderConverter;

public class ConverterCases {
    public static void main(String[] arguments) throws Exception {
        java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("UTC"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String result;
            try {
                result = "OK " + run(line.split("\t", -1));
            } catch (Throwable failure) {
                result = CaseText.failure(failure);
            }
            out.println(CaseText.escaped(result));
        }
        out.flush();
    }

    private static String run(String[] parts) throws Exception {
        HeaderConverter converter = CaseText.converter(parts[1], parts[2]);
        if (parts[0].equals("R")) {
            SchemaAndValue read = converter.toConnectHeader("t", "h", CaseText.bytes(parts[3]));
            return read == null ? "- n" : CaseText.schema(read.schema()) + " " + CaseText.value(read.value());
        }
        SchemaAndValue first = CaseText.reader(parts[3]).toConnectHeader("t", "h", CaseText.bytes(parts[4]));
        SchemaAndValue second = CaseText.reader(parts[5]).toConnectHeader("t", "h", CaseText.bytes(parts[6]));
        byte[] written = converter.fromConnectHeader("t", "h", first == null ? null : first.schema(),
            second == null ? null : second.value());
        return written == null ? "-" : HexFormat.of().formatHex(written);
    }
}
