"""Java programs of one Kafka release: class path, quick JVM flags, log settings."""

import os
import shutil

OLDEST, NEWEST = "3.5.2", "4.3.1"  # Apache Kafka releases that the tests are about

_LOG4J2 = """status=ERROR
appender.o.type=Console
appender.o.name=O
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=[%d] %p %X{{connector.context}}%m (%c)%n
rootLogger.level={level}
rootLogger.appenderRef.o.ref=O
"""
_LOG4J1 = """log4j.rootLogger={level}, o
log4j.appender.o=org.apache.log4j.ConsoleAppender
log4j.appender.o.layout=org.apache.log4j.PatternLayout
log4j.appender.o.layout.ConversionPattern=[%d] %p %X{{connector.context}}%m (%c)%n
"""
QUICK = ["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
         "-XX:-UsePerfData"]


class JavaKafka:
    """A release as tools/fetch_kafka leaves it."""

    def __init__(self, folder, version):
        self.folder = folder
        self.version = version
        self.plugins = os.path.join(folder, "plugins")

    def command(self, main, arguments, log_folder, flags=None, level="WARN", archive=None):
        """archive: name of a class-data archive: used when there, else the path at which the JVM
        leaves one when it ends in good order; see keep_archive."""
        for name, text in (("log4j2.properties", _LOG4J2), ("log4j.properties", _LOG4J1)):
            with open(os.path.join(log_folder, name), "w") as file:
                file.write(text.format(level=level))
        command = ["java", *(QUICK if flags is None else flags)]
        if archive is not None:
            kept = self._archive(archive)
            command.append(f"-XX:SharedArchiveFile={kept}" if os.path.exists(kept)
                           else f"-XX:ArchiveClassesAtExit={os.path.join(log_folder, archive)}.jsa")
            command.append("-Xlog:disable")
            command.append("-Xlog:all=off")
        return [*command, f"-Dlog4j2.configurationFile=file:{log_folder}/log4j2.properties",
                f"-Dlog4j.configuration=file:{log_folder}/log4j.properties",
                "-cp", f"{self.folder}/libs/*", main, *map(str, arguments)]

    def keep_archive(self, archive, log_folder):
        made = os.path.join(log_folder, archive) + ".jsa"
        if os.path.exists(made) and not os.path.exists(self._archive(archive)):
            shutil.move(made, self._archive(archive))

    def _archive(self, archive):
        return os.path.join(self.folder, archive) + ".jsa"
