#include "plugin/catalogue.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace millrace::plugin {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class NamedClass : public ConnectorClass {
 public:
  NamedClass(std::string name, std::vector<std::string> others = {},
             ConnectorType type = ConnectorType::kSink)
      : name_(std::move(name)), others_(std::move(others)), type_(type) {}
  ConnectorType type() const override { return type_; }
  const std::string& class_name() const override { return name_; }
  const std::vector<std::string>& other_names() const override { return others_; }
  const std::string& version() const override { return version_; }
  const std::string& location() const override { return location_; }
  const config::ConfigDef& config_def() const override { return definition_; }
  Result<void> validate(const config::Properties&,
                        std::vector<config::ConfigValue>&) const override {
    return {};
  }
  Result<std::unique_ptr<Connector>> make_connector(
      std::shared_ptr<ConnectorContext>) const override {
    return fail(ErrorKind::fatal, "a test's class");
  }
  Result<std::unique_ptr<SourceTask>> make_source_task(
      std::shared_ptr<SourceTaskContext>) const override {
    return fail(ErrorKind::fatal, "a test's class");
  }
  Result<std::unique_ptr<SinkTask>> make_sink_task(
      std::shared_ptr<SinkTaskContext>) const override {
    return fail(ErrorKind::fatal, "a test's class");
  }

 private:
  std::string name_, version_ = "1.0", location_ = "/plugins/x.so";
  std::vector<std::string> others_;
  ConnectorType type_;
  config::ConfigDef definition_;
};

std::string found(const Catalogue& catalogue, std::string_view name) {
  auto connector = catalogue.find(name);
  return connector ? (*connector)->class_name() : connector.error().message();
}

TEST(Catalogue, FindsByEveryNameThatJavaKnows) {
  Catalogue catalogue;
  catalogue.add(std::make_shared<NamedClass>(
      "org.millrace.FileStreamSinkConnector",
      std::vector<std::string>{"org.apache.kafka.connect.file.FileStreamSinkConnector"}));
  catalogue.add(std::make_shared<NamedClass>("org.millrace.Plain"));
  for (std::string_view name :
       {"org.millrace.FileStreamSinkConnector", "FileStreamSinkConnector", "FileStreamSink",
        "org.apache.kafka.connect.file.FileStreamSinkConnector"}) {
    EXPECT_EQ(found(catalogue, name), "org.millrace.FileStreamSinkConnector") << name;
  }
  EXPECT_EQ(found(catalogue, "Plain"), "org.millrace.Plain");
}

TEST(Catalogue, UnknownNamesFailWithJavasMessage) {
  Catalogue catalogue;
  catalogue.add(std::make_shared<NamedClass>("b.Sink"));
  catalogue.add(
      std::make_shared<NamedClass>("a.Source", std::vector<std::string>{}, ConnectorType::kSource));
  auto missing = catalogue.find("X");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(missing.error().exception_class(), "org.apache.kafka.connect.errors.ConnectException");
  EXPECT_EQ(missing.error().message(),
            "Failed to find any class that implements Connector and which name matches X, "
            "available connectors are: PluginDesc{klass=class a.Source, name='a.Source', "
            "version='1.0', encodedVersion=1.0, type=source, typeName='source', "
            "location='/plugins/x.so'}, PluginDesc{klass=class b.Sink, name='b.Sink', "
            "version='1.0', encodedVersion=1.0, type=sink, typeName='sink', "
            "location='/plugins/x.so'}");
}

TEST(Catalogue, AnAliasOfTwoClassesIsRefused) {
  Catalogue catalogue;
  catalogue.add(std::make_shared<NamedClass>("a.ThingConnector"));
  catalogue.add(std::make_shared<NamedClass>("b.ThingConnector"));
  EXPECT_THAT(found(catalogue, "Thing"),
              HasSubstr("More than one connector matches alias Thing. Please use full package and "
                        "class name instead. Classes found: PluginDesc{klass=class a."));
  EXPECT_EQ(found(catalogue, "a.ThingConnector"), "a.ThingConnector");
}

TEST(Catalogue, TheSameClassTwiceIsNoted) {
  Catalogue catalogue;
  catalogue.add(std::make_shared<NamedClass>("a.X"));
  catalogue.add(std::make_shared<NamedClass>("a.X"));
  EXPECT_THAT(catalogue.classes(), SizeIs(1));
  EXPECT_THAT(catalogue.rejected(), SizeIs(1));
}

TEST(Catalogue, ScanLooksOneLevelDeepAndNotesWhatItCannotUse) {
  auto folder =
      std::filesystem::temp_directory_path() / ("millrace-catalogue-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "one" / "two");
  std::ofstream(folder / "broken.so") << "no library";
  std::ofstream(folder / "one" / "some.jar") << "zip";
  std::ofstream(folder / "one" / "two" / "too-deep.so") << "not looked at";
  std::ofstream(folder / "notes.txt") << "ignored";
  Catalogue catalogue = Catalogue::scan({folder, folder / "missing"});
  std::filesystem::remove_all(folder);
  EXPECT_THAT(catalogue.classes(), SizeIs(0));
  ASSERT_THAT(catalogue.rejected(), SizeIs(2));
  EXPECT_THAT(catalogue.rejected()[0].path, HasSubstr("broken.so"));
  EXPECT_THAT(catalogue.rejected()[0].reason, HasSubstr("cannot be loaded"));
  EXPECT_EQ(catalogue.rejected()[1].reason, "JARs are not supported by this build");
}

}  // namespace
}  // namespace millrace::plugin
