#pragma once

#include <filesystem>
#include <string>

namespace tessera::storage {

/// The folder that a `model.path` names: a diffusers folder (it has model_index.json), or ORG/NAME
/// in the local cache of the Hugging Face hub. An existing path goes before the cache. Nothing is
/// downloaded.
/// \param argument          the value of `model.path`.
/// \param huggingface_home  $HF_HOME, or the default that stands for it; the cache is its `hub`
/// folder. \throws MissingFileError if there is no such model, with the command that fetches it;
/// DataError for
///         a file, which is a form of model that is not supported yet.
std::filesystem::path locate_model(const std::string& argument,
                                   const std::filesystem::path& huggingface_home);

/// The folder of a video model, as `tessera convert` makes it.
/// \throws MissingFileError saying how to make one; DataError for the folder of another model.
std::filesystem::path locate_video_model(const std::string& argument);

}  // namespace tessera::storage
