import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;

/** Resolves the cases that provider_cases_main.cc describes with Java's ConfigTransformer and providers. */
public class ProviderCases {
    private static final String PLACEHOLDER = "FOLDER";

    private final Path folder;

    private ProviderCases(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Path root = Files.createTempDirectory("java-provider-cases");
        int number = 0;
        for (String line; (line = in.readLine()) != null; ) {
            Path folder = Files.createDirectory(root.resolve(Integer.toString(number++)));
            out.println(CaseText.escaped(new ProviderCases(folder).run(line.split("\t"))));
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
            }
        }
        Files.delete(root);
        out.flush();
    }

    private String run(String[] fields) throws Exception {
        for (Map.Entry<byte[], byte[]> file : raw(fields[0])) write(text(file.getKey()), file.getValue());
        Map<String, String> properties = entries(fields[1]), config = entries(fields[2]);
        try {
            Map<String, ConfigProvider> providers = new HashMap<>();
            for (String name : properties.getOrDefault("config.providers", "").split(",")) {
                String prefix = "config.providers." + name + ".";
                if (!properties.containsKey(prefix + "class")) continue;
                ConfigProvider provider = (ConfigProvider) Class.forName(properties.get(prefix + "class")).getDeclaredConstructor().newInstance();
                Map<String, String> parameters = new HashMap<>();
                properties.forEach((key, value) -> {
                    if (key.startsWith(prefix + "param.")) parameters.put(key.substring(prefix.length() + 6), value);
                });
                provider.configure(parameters);
                providers.put(name, provider);
            }
            StringBuilder out = new StringBuilder("OK");
            new TreeMap<>(new ConfigTransformer(providers).transform(config).data())
                .forEach((key, value) -> out.append(" ").append(hex(key)).append("=").append(hex(told(value))));
            return out.toString();
        } catch (Exception e) {
            return told("FAIL " + e.getClass().getName() + ": " + e.getMessage());
        }
    }

    private void write(String name, byte[] content) throws Exception {
        if (name.endsWith("/")) Files.createDirectory(folder.resolve(name));
        else if (name.startsWith("@")) Files.createSymbolicLink(folder.resolve(name.substring(1)), Path.of(text(content)));
        else Files.write(folder.resolve(name), new String(content, StandardCharsets.ISO_8859_1).replace(PLACEHOLDER, folder.toString())
            .getBytes(StandardCharsets.ISO_8859_1));
    }

    private List<Map.Entry<byte[], byte[]>> raw(String list) {
        if (list.equals("-")) return List.of();
        return Stream.of(list.split(",")).map(entry -> {
            int equals = entry.indexOf('=');
            return Map.entry(HexFormat.of().parseHex(entry.substring(0, equals)), HexFormat.of().parseHex(entry.substring(equals + 1)));
        }).toList();
    }

    private Map<String, String> entries(String list) {
        Map<String, String> found = new LinkedHashMap<>();
        for (Map.Entry<byte[], byte[]> entry : raw(list)) found.put(text(entry.getKey()), text(entry.getValue()));
        return found;
    }

    private String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8).replace(PLACEHOLDER, folder.toString());
    }

    private String told(String text) {
        return text.replace(folder.toString(), PLACEHOLDER);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
