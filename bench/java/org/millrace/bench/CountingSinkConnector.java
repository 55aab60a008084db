package org.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** The counterpart of BlackholeSink: counts records, and writes done.file when it has `expect`. */
public class CountingSinkConnector extends SinkConnector {
  private Map<String, String> config;

  @Override public void start(Map<String, String> properties) { config = properties; }
  @Override public Class<? extends Task> taskClass() { return CountingTask.class; }
  @Override public List<Map<String, String>> taskConfigs(int tasks) {
    return Collections.nCopies(tasks, config);
  }
  @Override public void stop() { }
  @Override public String version() { return "1"; }
  @Override public ConfigDef config() {
    return new ConfigDef()
        .define("expect", ConfigDef.Type.LONG, ConfigDef.Importance.HIGH, "records to wait for")
        .define("done.file", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "made at the end");
  }

  public static class CountingTask extends SinkTask {
    private long seen;
    private long expected;
    private Path done;

    @Override public String version() { return "1"; }
    @Override public void start(Map<String, String> properties) {
      expected = Long.parseLong(properties.get("expect"));
      done = Path.of(properties.get("done.file"));
    }
    @Override public void put(Collection<SinkRecord> records) {
      boolean before = seen < expected;
      seen += records.size();
      if (before && seen >= expected) {
        try {
          Files.writeString(done, Long.toString(seen));
        } catch (IOException error) {
          throw new UncheckedIOException(error);
        }
      }
    }
    @Override public void stop() { }
  }
}
