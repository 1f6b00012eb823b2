#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "configs/config_key.h"
#include "configs/config_yaml.h"

namespace tessera::configs {

/// One value that a key takes, and how it is written back.
struct KeyCase {
  std::string path;
  std::string yaml;
  std::string written;
};

/// Sets each key of `section` as `cases` say; every key of the section has a case.
inline void expect_section_reads(const std::vector<ConfigKey>& section,
                                 const std::vector<KeyCase>& cases) {
  EXPECT_EQ(section.size(), cases.size());
  for (const KeyCase& expected : cases) {
    SCOPED_TRACE(expected.path);
    const auto key = std::find_if(section.begin(), section.end(), [&](const ConfigKey& candidate) {
      return candidate.path == expected.path;
    });
    ASSERT_NE(key, section.end());
    JobConfig job;
    key->set(job, parse_yaml("a: " + expected.yaml, "x").entries.at(0).value);
    EXPECT_EQ(to_yaml(key->get(job)), expected.written);
    EXPECT_NE(to_yaml(key->get(JobConfig{})), expected.written) << "the case proves nothing";
  }
}

}  // namespace tessera::configs
