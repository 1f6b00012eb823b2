#include "configs/machine_config.h"

#include <gtest/gtest.h>

#include "configs/config_error.h"

namespace tessera::configs {
namespace {

std::string error_of(const std::string& yaml) {
  try {
    read_machine(yaml, "m.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::string with(std::string yaml, const std::string& old_text, const std::string& new_text) {
  return yaml.replace(yaml.find(old_text), old_text.size(), new_text);
}

std::string complete() { return machine_as_yaml(*find_machine("h200-nvlink")); }

TEST(WidthCurve, IsLinearBetweenItsPointsAndConstantBeyondThem) {
  const WidthCurve curve{{{64, 10}, {128, 30}}};
  EXPECT_DOUBLE_EQ(curve.at(1), 10);
  EXPECT_DOUBLE_EQ(curve.at(64), 10);
  EXPECT_DOUBLE_EQ(curve.at(96), 20);
  EXPECT_DOUBLE_EQ(curve.at(4096), 30);
}

TEST(MachineConfig, EveryShippedMachineSaysWhatItIs) {
  EXPECT_GE(known_machines().size(), 3U);
  for (const MachineConfig& machine : known_machines()) {
    EXPECT_FALSE(machine.summary.empty()) << machine.name;
    EXPECT_EQ(find_machine(machine.name), &machine);
  }
  EXPECT_EQ(find_machine("abacus"), nullptr);
}

TEST(MachineConfig, ReadsUnitsIntoSiUnits) {
  const MachineConfig machine = *find_machine("h200-nvlink");
  EXPECT_EQ(machine.device, MachineConfig::Device::Cuda);
  EXPECT_EQ(machine.value_bytes, 2);
  EXPECT_DOUBLE_EQ(machine.attention.rate.at(640), 400e12);
  EXPECT_DOUBLE_EQ(machine.memory_bytes_per_second, 3000e9);
  EXPECT_DOUBLE_EQ(machine.call_seconds, 0.018);
  EXPECT_DOUBLE_EQ(machine.host_link.latency_seconds, 12e-6);
}

TEST(MachineConfig, ReadsWhatItWrites) {
  MachineConfig machine = *find_machine("cpu");
  machine.conv.rate.points = {{64, 0.0875e12}, {128, 0.125e12}, {1280, 0.25e12}};
  MachineConfig read = read_machine(machine_as_yaml(machine), "m.yaml");
  read.name = machine.name;
  EXPECT_EQ(read, machine);
}

TEST(MachineConfig, NamesUnknownAndMissingKeys) {
  EXPECT_EQ(error_of(with(complete(), "  linear:", "  lineal:")),
            "m.yaml:10:3: unknown key \"tflops.lineal\". Did you mean \"tflops.linear\"?");
  EXPECT_NE(error_of("device: cpu\n").find("needs the key \"devices_per_host\""),
            std::string::npos);
  EXPECT_NE(error_of("- 1\n").find("expected keys with values"), std::string::npos);
}

TEST(MachineConfig, RefusesRatesThatWouldNeverEnd) {
  const std::string error = error_of(with(complete(), "linear: 550", "linear: 0"));
  EXPECT_NE(error.find("tflops.linear: \"0\" is not allowed"), std::string::npos) << error;
  EXPECT_NE(error_of(with(complete(), "linear: 550", "linear: {}")).find("is not allowed"),
            std::string::npos);
  EXPECT_NE(error_of(with(complete(), "linear: 550", "linear: {wide: 1}")).find("\"wide\""),
            std::string::npos);
}

}  // namespace
}  // namespace tessera::configs
