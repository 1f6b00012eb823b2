#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "partition/extent.h"

namespace tessera::storage {

/// What the tokens of a name pattern stand for.
struct NameTokens {
  int index = 0;            ///< {index}: the item
  std::uint64_t seed = 0;   ///< {seed}
  int stage = 0;            ///< {stage}
  int frame = 0;            ///< {frame}, or a run of #, as wide as the run
  partition::Extent image;  ///< {width}, {height}
  std::string prompt;       ///< {prompt_slug}: runs of other characters become one -, cut to 40
  std::string date;         ///< {date}
  std::string job;          ///< {job}
  std::string name;         ///< {name}
};

/// The identities of a Slurm job for %j (job), %A (array) and %a (index in the array); empty
/// outside.
struct SlurmIds {
  std::string job;
  std::string array;
  std::string index;
};

/// Puts values into a pattern. {index:05} pads a number with zeros to 5 digits, {prompt_slug:40}
/// cuts a text to 40 characters. In text values everything but ASCII letters, digits, `.`, `_` and
/// `-` becomes
/// `-`.
/// \throws NamePatternError for an unknown token or a wrong width, naming those that there are.
std::string expand_tokens(std::string_view pattern, const NameTokens& tokens);

/// The path of a run directory: expand_tokens, and %j, %A, %a. May lead anywhere.
/// \throws NamePatternError also for %j, %A or %a outside such a job, or an empty result.
std::string run_directory_name(std::string_view pattern, const NameTokens& tokens,
                               const SlurmIds& slurm);

/// Throws unless `name` is the path of a file below the folder it will be joined to.
/// \throws NamePatternError for an empty or absolute one, one with `..`, or one that ends in a
/// folder.
void check_relative_name(std::string_view name);

/// The names of all pictures of a run, without extension, in the order of `pictures`: by item, and
/// inside an item by stage, the final one last.
///
/// The final picture has the name of the pattern. An earlier stage with the same name as a later
/// one of its item gets `_stage<k>` appended, so stages stay apart whatever the pattern says.
/// \throws NamePatternError also if two items get the same name.
std::vector<std::string> picture_names(std::string_view pattern,
                                       std::span<const NameTokens> pictures);

}  // namespace tessera::storage
