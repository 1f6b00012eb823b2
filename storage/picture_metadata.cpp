#include "storage/picture_metadata.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace tessera::storage {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string quoted_if_needed(const std::string& value) {
  if (value.find_first_of(",:\"\n\r") == std::string::npos) return value;
  return json(value).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Shortest form, as 7.5 or 12.
std::string number_text(double value) {
  std::array<char, 32> text = {};
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

std::string settings_line(const PictureMetadata& metadata) {
  std::string line = "Steps: " + std::to_string(metadata.steps);
  const auto add = [&](std::string_view name, const std::string& value) {
    line.append(", ").append(name).append(": ").append(quoted_if_needed(value));
  };
  add("Sampler", metadata.sampler);
  add("CFG scale", number_text(metadata.guidance_scale));
  add("Seed", std::to_string(metadata.seed));
  add("Size", std::to_string(metadata.image.cols) + "x" + std::to_string(metadata.image.rows));
  if (!metadata.model_hash.empty()) add("Model hash", metadata.model_hash.substr(0, 10));
  if (!metadata.model_name.empty()) add("Model", metadata.model_name);
  add("Version", "tessera " + metadata.version);
  return line;
}

void erase_prompts(ordered_json& value) {
  if (value.is_object()) {
    for (const char* key : {"prompt", "negative_prompt", "prompts_file"}) value.erase(key);
  }
  if (value.is_structured()) {
    for (ordered_json& element : value) erase_prompts(element);
  }
}

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string parameters_text(const PictureMetadata& metadata) {
  if (metadata.mode == MetadataMode::None) return {};
  if (metadata.mode == MetadataMode::RedactPrompt) return settings_line(metadata);
  std::string text = metadata.prompt + "\n";
  if (metadata.negative_prompt && !metadata.negative_prompt->empty()) {
    text += "Negative prompt: " + *metadata.negative_prompt + "\n";
  }
  return text + settings_line(metadata);
}

std::string record_text(const PictureMetadata& metadata) {
  if (metadata.mode == MetadataMode::None) return {};
  if (metadata.mode == MetadataMode::Full || metadata.record.empty()) return metadata.record;
  try {
    ordered_json record = ordered_json::parse(metadata.record);
    erase_prompts(record);
    return record.dump();
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(std::string("the record of a picture is not JSON: ") +
                                error.what());
  }
}

std::string xmp_packet(const PictureMetadata& metadata) {
  if (metadata.mode == MetadataMode::None) return {};
  // The id is the fixed one of the XMP specification, part 1, section 7.3.2.
  return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
         "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
         "<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
         "xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">"
         "<Iptc4xmpExt:DigitalSourceType>"
         "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
         "</Iptc4xmpExt:DigitalSourceType>"
         "<xmp:CreatorTool>tessera " +
         escape_xml(metadata.version) +
         "</xmp:CreatorTool>"
         "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>";
}

}  // namespace tessera::storage
