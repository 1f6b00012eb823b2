#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tessera::configs {

/// A figure that depends on how wide a layer is: linear between points, constant beyond them.
struct WidthCurve {
  struct Point {
    double channels = 0;
    double value = 0;

    bool operator==(const Point&) const = default;
  };
  std::vector<Point> points;  ///< at least one, by ascending channels

  double at(double channels) const;
  bool operator==(const WidthCurve&) const = default;
};

/// How long the layers of one kind take: their FLOP at a rate, and what each call costs besides.
struct KernelSpeed {
  WidthCurve rate;          ///< FLOP/s
  WidthCurve call_seconds;  ///< of a call without FLOP

  double seconds(double flop, double calls, double channels) const {
    return flop / rate.at(channels) + calls * call_seconds.at(channels);
  }
  bool operator==(const KernelSpeed&) const = default;
};

/// A way between two ranks. What a rank sends takes latency + bytes / rate.
struct LinkRate {
  double bytes_per_second = 0;
  double latency_seconds = 0;

  bool operator==(const LinkRate&) const = default;
};

/// What predictions know of the machine that a job is planned for (docs/planning.md). Rates are of
/// one device: a GPU, or a core of a CPU.
struct MachineConfig {
  enum class Device { Cpu, Cuda };

  std::string name;
  std::string summary;  ///< the comment at the head of the file
  Device device = Device::Cpu;
  int devices_per_host = 1;
  int adapters_per_host = 1;      ///< to the network
  std::int64_t memory_bytes = 0;  ///< of one GPU, or of a host with CPU ranks
  int value_bytes = 4;            ///< of weights and activations of the U-Net: 4 or 2

  KernelSpeed conv;             ///< 3x3, undilated
  KernelSpeed dilated_conv;     ///< 3x3, dilated or strided
  KernelSpeed linear;           ///< all linear layers of a transformer block as one call
  KernelSpeed attention;        ///< over long sequences of keys
  KernelSpeed local_attention;  ///< all crops of a layer as one call
  KernelSpeed fusion;           ///< of the two branches of self-attention, the blur included
  KernelSpeed vae_conv;
  double memory_bytes_per_second = 0;  ///< element-wise work; 0: part of the rates above
  double call_seconds = 0;             ///< added to every call of the U-Net

  LinkRate host_link;     ///< between ranks of one host
  LinkRate network_link;  ///< between hosts, of one adapter

  bool operator==(const MachineConfig&) const = default;
};

/// Reads a description.
/// \param source  name for messages.
/// \throws ConfigError with file:line:column for an unknown key, a missing one or an impossible
///         value.
MachineConfig read_machine(const std::string& yaml, const std::string& source);

/// The description as a file that read_machine() takes.
std::string machine_as_yaml(const MachineConfig& machine);

/// configs/machines/NAME.yaml, compiled into the program, by name. Made once; any thread.
const std::vector<MachineConfig>& known_machines();
/// nullptr if there is none of that name.
const MachineConfig* find_machine(const std::string& name);

}  // namespace tessera::configs
