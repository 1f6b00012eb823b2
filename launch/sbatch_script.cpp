#include "launch/sbatch_script.h"

#include <algorithm>
#include <filesystem>
#include <regex>

#include "launch/sbatch_templates.h"
#include "launch/usage_error.h"
#include "storage/storage_error.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTime =
    R"(\d{1,6}(:[0-5]?\d){0,2}|\d{1,3}-\d{1,2}(:[0-5]?\d){0,2}|UNLIMITED)";
constexpr const char* kArray = R"((\d+(-\d+(:[1-9]\d*)?)?)(,\d+(-\d+(:[1-9]\d*)?)?)*(%[1-9]\d*)?)";

void check_form(const std::string& option, const std::string& value, const char* form,
                const std::string& allowed) {
  if (value.empty() || std::regex_match(value, std::regex(form))) return;
  throw UsageError(option + ": \"" + value + "\" is not allowed. Allowed: " + allowed + ".");
}

void check(const SbatchRequest& request) {
  check_form("--time", request.time, kTime, "minutes, HH:MM:SS or D-HH:MM:SS");
  check_form("--array", request.array, kArray, "indices such as 0-99%4 or 0,3,7-20:2");
  if (request.config_file.empty()) {
    throw UsageError("sbatch needs the configuration to render: -c FILE.");
  }
  if (!fs::is_regular_file(request.config_file)) {
    throw storage::MissingFileError("-c: \"" + request.config_file +
                                    "\" is not a file that is here.");
  }
}

/// The line that begins with `begin`, without its end.
struct Line {
  std::size_t from;
  std::size_t size;
};

Line line_of(const std::string& script, const std::string& begin) {
  const std::size_t at = script.find("\n" + begin);
  if (at == std::string::npos) throw std::logic_error("no line \"" + begin + "\" in the template");
  return {at + 1, script.find('\n', at + 1) - at - 1};
}

void replace_line(std::string& script, const std::string& begin, const std::string& line) {
  const Line old = line_of(script, begin);
  script.replace(old.from, old.size, line);
}

void set_option(std::string& script, const std::string& option, const std::string& value) {
  replace_line(script, "#SBATCH --" + option + "=", "#SBATCH --" + option + "=" + value);
}

void remove_option(std::string& script, const std::string& option) {
  const Line old = line_of(script, "#SBATCH --" + option + "=");
  script.erase(old.from, old.size + 1);
}

std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string job_name(const fs::path& config_file) {
  std::string name = config_file.stem().string();
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  std::replace_if(
      name.begin(), name.end(), [&](char c) { return !harmless(c); }, '-');
  return name;
}

void set_gpus(std::string& script, int gpus) {
  set_option(script, "ntasks-per-node", std::to_string(std::max(gpus, 1)));
  if (gpus == 0) return remove_option(script, "gpus-per-node");
  set_option(script, "gpus-per-node", std::to_string(gpus));
}

}  // namespace

std::string sbatch_script(const SbatchRequest& request) {
  check(request);
  const bool srun = request.form == SbatchRequest::Form::Srun;
  std::string script(srun ? srun_template() : mpirun_template());
  const fs::path config = fs::absolute(request.config_file).lexically_normal();
  set_option(script, "job-name", job_name(config));
  if (request.nodes) set_option(script, "nodes", std::to_string(*request.nodes));
  if (request.gpus_per_node) set_gpus(script, *request.gpus_per_node);
  if (!request.time.empty()) set_option(script, "time", request.time);
  if (!request.array.empty()) {
    set_option(script, "output", "%x-%A_%a.out\n#SBATCH --array=" + request.array);
  }
  replace_line(script, "config=", "config=" + quoted(config.string()));
  return script;
}

}  // namespace tessera::launch
