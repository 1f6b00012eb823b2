#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tessera::worker {

/// What a rank was asked for from outside, by a signal, a file or the clock. Bits of
/// Outcome::requests; rank 0 acts on their union over all ranks.
enum Request : std::uint32_t {
  kRequestNothing = 0,
  kRequestCheckpoint = 1,  ///< write a checkpoint and go on
  kRequestStop = 2,        ///< write a checkpoint and stop with exit code 75
};

/// What every rank answers to a command. Fixed size: exchanged by one all_gather.
struct Outcome {
  std::uint32_t serial = 0;
  std::int32_t exit_code = 0;  ///< 0, or the code of docs/exit codes
  std::uint32_t requests = kRequestNothing;
  double step_seconds = 0;  ///< time in the command
  double wait_seconds = 0;  ///< of which waiting for other ranks
  double unet_seconds = 0;  ///< of which in the U-Net, communication included
  double vae_seconds = 0;   ///< of which in the autoencoder, communication included
  std::uint64_t bytes_sent = 0;
  std::uint64_t memory_peak = 0;    ///< bytes, resident, since the start of the process
  std::array<char, 512> message{};  ///< the error, or with exit_code 0 a warning for the user

  void set_message(std::string_view text);  ///< cut at the end of the buffer, always terminated
  std::string_view message_text() const;
};

}  // namespace tessera::worker
