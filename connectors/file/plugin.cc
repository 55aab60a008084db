#include "file_sink.h"
#include "file_source.h"

using namespace millrace::file;

MILLRACE_PLUGIN(sdk::source<FileSourceConnector, FileSourceTask>(
                    "org.millrace.FileStreamSourceConnector", "0.1.0",
                    {"org.apache.kafka.connect.file.FileStreamSourceConnector"}),
                sdk::sink<FileSinkConnector, FileSinkTask>(
                    "org.millrace.FileStreamSinkConnector", "0.1.0",
                    {"org.apache.kafka.connect.file.FileStreamSinkConnector"}))
