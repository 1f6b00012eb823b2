#pragma once

#include <functional>
#include <string>
#include <vector>

#include "configs/config_value.h"
#include "configs/job_config.h"

namespace tessera::configs {

/// One configuration key: all that the reader, the command line, `config show`, the schema and the
/// documentation know about it.
struct ConfigKey {
  /// How the text of a command-line option or environment variable becomes a value.
  enum class TextForm {
    Word,   ///< one scalar
    Flag,   ///< true or false; the option alone means true
    List,   ///< scalars separated by commas, or YAML in brackets
    Text,   ///< taken as it is, never read as YAML
    Texts,  ///< the same, and repeated options make a list
    Tree,   ///< YAML in flow style
  };
  /// Whether another value gives another picture; such keys enter its record.
  enum class Picture { Changes, Keeps };

  std::string path;                  ///< "cascade.cosine_scale"
  std::string type;                  ///< for people: "integer 1..1000"
  std::string schema;                ///< members of a JSON Schema object: "\"type\": \"integer\""
  std::vector<std::string> choices;  ///< names, where the value is one of several
  TextForm text_form = TextForm::Word;
  Picture picture = Picture::Keeps;
  std::string doc;  ///< one sentence or two
  /// \throws BadValue
  std::function<void(JobConfig&, const ConfigValue&)> set;
  std::function<ConfigValue(const JobConfig&)> get;
};

}  // namespace tessera::configs
