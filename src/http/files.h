// A folder of built pages, read once and kept in memory: a path is looked up among the names that
// were there, so that no request ever becomes a path of the file system.
//
// Names that hold a digest of their content (`assets/index-B3xk29aQ.js`) may be kept for ever by
// whoever got them; all others are asked for again with their ETag.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace bashu::http {

class Files {
 public:
  // Reads every regular file below the folder; hidden ones and links are left out. A Fault beyond
  // 256 MiB.
  [[nodiscard]] static std::expected<Files, Fault> read(const std::filesystem::path& folder);

  // `name` is relative, as in a URL, decoded: `assets/a.js`. Null if there is no such file.
  [[nodiscard]] bool has(std::string_view name) const { return files_.contains(name); }
  // 404 if there is none.
  [[nodiscard]] Response serve(const Request& request, std::string_view name) const;
  // A page that shows by itself what the rest of its address means: where there is no file and
  // no ending that asks for one, `index.html`.
  [[nodiscard]] Response serve_page(const Request& request, std::string_view name) const;
  [[nodiscard]] bool empty() const { return files_.empty(); }

 private:
  struct File {
    std::string bytes, compressed;  // the second empty if it is no shorter
    std::string_view type;
    std::string etag;
    bool for_ever = false;
  };
  std::map<std::string, File, std::less<>> files_;
};

// By the ending of a name; `application/octet-stream` if unknown.
[[nodiscard]] std::string_view media_type_of(std::string_view name);

}  // namespace bashu::http
