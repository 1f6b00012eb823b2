#include "configs/machine_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "configs/bad_value.h"
#include "configs/config_error.h"
#include "configs/config_yaml.h"
#include "configs/nearest_name.h"
#include "configs/shipped_texts.h"
#include "configs/value_codecs.h"

namespace tessera::configs {
namespace {

constexpr double kTera = 1e12;
constexpr double kGiga = 1e9;
constexpr double kMilli = 1e-3;
constexpr double kMicro = 1e-6;
constexpr double kUnbounded = std::numeric_limits<double>::infinity();
constexpr double kLeastRate = 1e-9;  // a rate of nothing would never end

/// A key of a machine file. Every key has to be there: a guess would look like a measurement.
struct MachineKey {
  std::string path;
  std::string type;
  std::function<void(MachineConfig&, const ConfigValue&)> set;  ///< \throws BadValue
  std::function<ConfigValue(const MachineConfig&)> get;
};

ConfigValue literal(double value) {
  return ConfigValue::scalar(number_text(value), ConfigValue::Style::Literal);
}

template <typename T, typename Field>
MachineKey key_of(std::string path, ValueCodec<T> codec, Field field) {
  return {std::move(path), codec.type,
          [=](MachineConfig& machine, const ConfigValue& written) {
            field(machine) = codec.read(written);
          },
          [=](const MachineConfig& machine) { return codec.write(field(machine)); }};
}

/// A number in the unit of its name, kept in SI units.
ValueCodec<double> scaled(double unit, double least) {
  const ValueCodec<double> plain = number(least, kUnbounded);
  ValueCodec<double> codec = plain;
  codec.read = [=](const ConfigValue& written) { return plain.read(written) * unit; };
  codec.write = [=](const double& value) { return literal(value / unit); };
  return codec;
}

/// \param unit   of the written figures. \param least  the smallest one.
ValueCodec<WidthCurve> curve(const char* type, double unit, double least) {
  const ValueCodec<double> figure = scaled(unit, least);
  const ValueCodec<double> width = number(1, kUnbounded);
  ValueCodec<WidthCurve> codec;
  codec.type = type;
  codec.read = [=](const ConfigValue& written) {
    if (written.form != ConfigValue::Form::Map) return WidthCurve{{{1, figure.read(written)}}};
    WidthCurve read;
    for (const ConfigValue::Entry& entry : written.entries) {
      ConfigValue channels = ConfigValue::scalar(entry.name, ConfigValue::Style::Plain);
      channels.place = entry.place;
      read.points.push_back({width.read(channels), figure.read(entry.value)});
    }
    if (read.points.empty()) throw BadValue(written);
    std::sort(read.points.begin(), read.points.end(),
              [](const auto& a, const auto& b) { return a.channels < b.channels; });
    return read;
  };
  codec.write = [=](const WidthCurve& written) {
    const WidthCurve::Point& first = written.points.front();
    if (written.points.size() == 1 && first.channels == 1) return figure.write(first.value);
    ConfigValue map;
    map.form = ConfigValue::Form::Map;
    for (const WidthCurve::Point& point : written.points) {
      ConfigValue::Entry& entry = map.entries.emplace_back();
      entry.name = number_text(point.channels);
      entry.value = figure.write(point.value);
    }
    return map;
  };
  return codec;
}

struct KernelField {
  const char* name;
  KernelSpeed MachineConfig::*speed;
};
constexpr std::array<KernelField, 7> kKernels{{{"conv", &MachineConfig::conv},
                                               {"dilated_conv", &MachineConfig::dilated_conv},
                                               {"linear", &MachineConfig::linear},
                                               {"attention", &MachineConfig::attention},
                                               {"local_attention", &MachineConfig::local_attention},
                                               {"fusion", &MachineConfig::fusion},
                                               {"vae_conv", &MachineConfig::vae_conv}}};

/// The figures of every kind of layer under a section each: `tflops`, `call_us`.
void add_kernel_keys(std::vector<MachineKey>& keys) {
  const auto rate = curve("a rate in TFLOP/s, or a map from channels to rates", kTera, kLeastRate);
  const auto call = curve("microseconds, or a map from channels to microseconds", kMicro, 0);
  for (const KernelField& kernel : kKernels) {
    keys.push_back(key_of(
        std::string("tflops.") + kernel.name,
        rate, [speed = kernel.speed](auto& m) -> auto& { return (m.*speed).rate; }));
  }
  for (const KernelField& kernel : kKernels) {
    keys.push_back(key_of(
        std::string("call_us.") + kernel.name,
        call, [speed = kernel.speed](auto& m) -> auto& { return (m.*speed).call_seconds; }));
  }
}

void add_link_keys(std::vector<MachineKey>& keys) {
  const std::vector<MachineKey> more{
      key_of(
          "memory_gb_per_second", scaled(kGiga, 0),
          [](auto& m) -> auto& { return m.memory_bytes_per_second; }),
      key_of(
          "call_ms", scaled(kMilli, 0), [](auto& m) -> auto& { return m.call_seconds; }),
      key_of(
          "host_link.gb_per_second", scaled(kGiga, kLeastRate),
          [](auto& m) -> auto& { return m.host_link.bytes_per_second; }),
      key_of(
          "host_link.latency_us", scaled(kMicro, 0),
          [](auto& m) -> auto& { return m.host_link.latency_seconds; }),
      key_of(
          "network_link.gb_per_second", scaled(kGiga, kLeastRate),
          [](auto& m) -> auto& { return m.network_link.bytes_per_second; }),
      key_of(
          "network_link.latency_us", scaled(kMicro, 0),
          [](auto& m) -> auto& { return m.network_link.latency_seconds; }),
  };
  keys.insert(keys.end(), more.begin(), more.end());
}

std::vector<MachineKey> machine_keys() {
  using M = MachineConfig;
  using Device = M::Device;
  // Each takes the machine, const or not, and returns the field.
  std::vector<MachineKey> keys{
      key_of(
          "device", choice<Device>({{"cpu", Device::Cpu}, {"cuda", Device::Cuda}}),
          [](auto& m) -> auto& { return m.device; }),
      key_of(
          "devices_per_host", integer(1, 4096),
          [](auto& m) -> auto& { return m.devices_per_host; }),
      key_of(
          "adapters_per_host", integer(1, 4096),
          [](auto& m) -> auto& { return m.adapters_per_host; }),
      key_of(
          "memory", byte_count(), [](auto& m) -> auto& { return m.memory_bytes; }),
      key_of(
          "value_bytes", choice<int>({{"2", 2}, {"4", 4}}),
          [](auto& m) -> auto& { return m.value_bytes; }),
  };
  add_kernel_keys(keys);
  add_link_keys(keys);
  return keys;
}

/// Takes the keys of a document one by one.
class MachineBuilder {
 public:
  MachineBuilder() : keys_(machine_keys()), seen_(keys_.size(), 0) {}

  void add(const ConfigValue& map, const std::string& prefix) {
    for (const ConfigValue::Entry& entry : map.entries) {
      const std::string path = prefix + entry.name;
      const auto key = std::find_if(keys_.begin(), keys_.end(),
                                    [&](const MachineKey& known) { return known.path == path; });
      if (key != keys_.end()) {
        set(*key, entry);
        seen_[static_cast<std::size_t>(key - keys_.begin())] = 1;
      } else if (is_section(path) && entry.value.form == ConfigValue::Form::Map) {
        add(entry.value, path + ".");
      } else {
        throw_unknown(path, entry.place);
      }
    }
  }

  MachineConfig finish(const std::string& source) {
    for (std::size_t k = 0; k < keys_.size(); ++k) {
      if (seen_[k] == 0) {
        throw ConfigError(source + ": a machine needs the key \"" + keys_[k].path + "\" (" +
                          keys_[k].type + ").");
      }
    }
    return machine_;
  }

 private:
  void set(const MachineKey& key, const ConfigValue::Entry& entry) {
    try {
      key.set(machine_, entry.value);
    } catch (const BadValue& bad) {
      throw ConfigError(bad.value().place.text() + ": " + key.path + ": " + shown(bad.value()) +
                        " is not allowed. Allowed: " + key.type + ".");
    }
  }

  bool is_section(const std::string& path) const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const MachineKey& key) { return key.path.starts_with(path + "."); });
  }

  [[noreturn]] void throw_unknown(const std::string& path, const ConfigPlace& place) const {
    std::vector<std::string> names;
    for (const MachineKey& key : keys_) names.push_back(key.path);
    const std::string nearest = nearest_name(path, names);
    throw ConfigError(place.text() + ": unknown key \"" + path + "\"." +
                      (nearest.empty() ? "" : " Did you mean \"" + nearest + "\"?"));
  }

  std::vector<MachineKey> keys_;
  std::vector<char> seen_;
  MachineConfig machine_;
};

std::vector<MachineConfig> all_machines() {
  std::vector<MachineConfig> all;
  for (const NamedText& file : machine_texts()) {
    all.push_back(read_machine(file.text, file.name));
    all.back().name = file.name;
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

}  // namespace

double WidthCurve::at(double channels) const {
  const auto above = std::find_if(points.begin(), points.end(),
                                  [&](const Point& p) { return p.channels >= channels; });
  if (above == points.end()) return points.back().value;
  if (above == points.begin()) return above->value;
  const Point& below = *(above - 1);
  const double share = (channels - below.channels) / (above->channels - below.channels);
  return below.value + share * (above->value - below.value);
}

MachineConfig read_machine(const std::string& yaml, const std::string& source) {
  const ConfigValue document = parse_yaml(yaml, source);
  if (document.form != ConfigValue::Form::Map) {
    throw ConfigError(document.place.text() + ": expected keys with values, as in `device: cpu`.");
  }
  MachineBuilder builder;
  builder.add(document, "");
  MachineConfig machine = builder.finish(source);
  machine.name = source;
  machine.summary = head_comment(yaml);
  return machine;
}

std::string machine_as_yaml(const MachineConfig& machine) {
  std::string yaml = machine.summary.empty() ? "" : "# " + machine.summary + "\n";
  std::string section;
  for (const MachineKey& key : machine_keys()) {
    const std::size_t dot = key.path.find('.');
    const std::string head = dot == std::string::npos ? "" : key.path.substr(0, dot);
    if (head != section && !head.empty()) yaml += head + ":\n";
    section = head;
    const std::string name = head.empty() ? key.path : "  " + key.path.substr(dot + 1);
    yaml += name + ": " + to_yaml(key.get(machine)) + "\n";
  }
  return yaml;
}

const std::vector<MachineConfig>& known_machines() {
  static const std::vector<MachineConfig> all = all_machines();
  return all;
}

const MachineConfig* find_machine(const std::string& name) {
  const auto& all = known_machines();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const MachineConfig& machine) { return machine.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace tessera::configs
