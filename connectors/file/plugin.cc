#include "file_sink.h"
#include "file_source.h"

using namespace millrace::file;

// They stand in for the connectors of this release, and answer to its version where one is asked
// for.
constexpr char kKafkaVersion[] = "4.3.1";

MILLRACE_PLUGIN(sdk::source<FileSourceConnector, FileSourceTask>(
                    "org.millrace.FileStreamSourceConnector", kKafkaVersion,
                    {"org.apache.kafka.connect.file.FileStreamSourceConnector"}),
                sdk::sink<FileSinkConnector, FileSinkTask>(
                    "org.millrace.FileStreamSinkConnector", kKafkaVersion,
                    {"org.apache.kafka.connect.file.FileStreamSinkConnector"}))
