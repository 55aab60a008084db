#pragma once
// What the REST API says of the herder's values, as JSON text with the fields in the order of the
// Java worker's org.apache.kafka.connect.runtime.rest.entities.

#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "herder/herder.h"

namespace millrace::rest {

std::string server_info_json(std::string_view version, std::string_view commit,
                             const std::string& kafka_cluster_id);
std::string worker_status_json(std::string_view status, std::string_view message);
std::string names_json(const std::vector<std::string>& names);
std::string properties_json(const config::Properties& properties, const herder::KeyOrder& order);
std::string connector_info_json(const herder::ConnectorInfo& info);
std::string connector_status_json(const herder::ConnectorStatus& status);
std::string task_status_json(const std::string& connector,
                             const herder::ConnectorStatus::TaskPart& task);
std::string task_infos_json(const std::vector<herder::TaskInfo>& tasks);
std::string active_topics_json(const std::string& connector,
                               const std::vector<std::string>& topics);
std::string offsets_json(const std::vector<herder::Offset>& offsets);
std::string message_json(std::string_view message);
std::string plugins_json(const std::vector<herder::PluginInfo>& plugins, bool connectors_only);
// Defaults and values of PASSWORD keys are never shown.
std::string config_keys_json(const std::vector<config::ConfigKey>& keys);
std::string config_infos_json(const herder::ConfigInfos& infos);
std::string logger_level_json(const logging::LevelSetting& setting);
std::string logger_levels_json(const std::map<std::string, logging::LevelSetting>& levels);

}  // namespace millrace::rest
