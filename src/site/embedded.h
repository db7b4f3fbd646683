// The files under templates/ as they were when the program was built (embed.cmake).
#pragma once

#include <string_view>
#include <vector>

namespace bashu::site {

struct EmbeddedFile {
  std::string_view name;  // `overview.tpl`, `site.css`
  std::string_view text;
};
[[nodiscard]] const std::vector<EmbeddedFile>& embedded_files();

}  // namespace bashu::site
