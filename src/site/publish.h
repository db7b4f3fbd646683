// The whole site of a day as plain files, for any web server, cache or archive:
//
//     FOLDER/index.html              leads to the language
//     FOLDER/en/..., zh/...          every page that can be reached by links, and its downloads
//     FOLDER/site.css
//     FOLDER/SHA256SUMS              digest and name of each file, in order of names
//     FOLDER/EDITION                 the day and the digest of that list, as a signed note
//
// Two nodes that were told each other's figures of the day write the same pages of figures, byte
// for byte: nothing of one node (positions, its moment) stands in them.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

#include "site/ask.h"

namespace bashu::site {

struct Edition {
  std::size_t files = 0, bytes = 0;
};
// `from.edition` is the day. The folder must be new or empty. `sign` makes a signed note of a text.
[[nodiscard]] std::expected<Edition, Fault> publish(
    const Sources& from, const std::filesystem::path& folder,
    const std::function<std::string(std::string)>& sign);

}  // namespace bashu::site
