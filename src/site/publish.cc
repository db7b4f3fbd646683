#include "site/publish.h"

#include <map>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "node/files.h"
#include "site/site.h"

namespace bashu::site {

namespace {

constexpr std::string_view kDoor = R"(<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>中文 / English</title><link rel="stylesheet" href="site.css"></head>
<body><main class="wide"><ul><li><a href="zh/index.html" lang="zh-CN">中文</a></li><li><a href="en/index.html">English</a></li></ul></main></body>
</html>
)";

class Publisher {
 public:
  Publisher(const Sources& from, std::filesystem::path folder)
      : from_{from}, folder_{std::move(folder)} {}

  std::expected<Edition, Fault> all(const std::function<std::string(std::string)>& sign) {
    if (auto put = write("site.css", asset("site.css")); !put) return std::unexpected{put.error()};
    if (auto put = write("index.html", kDoor); !put) return std::unexpected{put.error()};
    find({.language = "en"});
    find({.language = "zh"});
    while (!open_.empty()) {
      const Target target = std::move(open_.back());
      open_.pop_back();
      if (auto put = write_page(target); !put) return std::unexpected{put.error()};
    }
    std::string sums;
    for (const auto& [name, digest] : digests_) sums += digest + "  " + name + "\n";
    const std::string edition =
        "bashu edition\n" + from_.edition.text() + "\n" + hex(sha256(sums)) + "  SHA256SUMS\n";
    if (auto put = write("SHA256SUMS", sums); !put) return std::unexpected{put.error()};
    if (auto put = write("EDITION", sign(edition)); !put) return std::unexpected{put.error()};
    return made_;
  }

 private:
  void find(const Target& target) {
    if (seen_.insert(target).second) open_.push_back(target);
  }

  std::expected<void, Fault> write_page(const Target& target) {
    const auto page = fixed_page(from_, target);
    if (!page) return std::unexpected{page.error()};
    // A link to nothing would be a fault of the page that has it.
    if (!*page) return std::unexpected{Fault{.what = "no such page: " + address_of(target)}};
    for (const Target& link : (*page)->links) find(link);
    return write(file_of(target), (*page)->answer.body);
  }

  std::expected<void, Fault> write(const std::string& name, std::string_view content) {
    const std::filesystem::path path = folder_ / name;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) return std::unexpected{Fault{.what = path.string() + ": " + error.message()}};
    constexpr unsigned kReadable = 0644;
    if (auto put = node::write_file(path, content, kReadable); !put) return put;
    digests_[name] = hex(sha256(content));
    ++made_.files;
    made_.bytes += content.size();
    return {};
  }

  const Sources& from_;
  std::filesystem::path folder_;
  std::vector<Target> open_;
  std::set<Target> seen_;
  std::map<std::string, std::string> digests_;
  Edition made_;
};

}  // namespace

std::expected<Edition, Fault> publish(const Sources& from, const std::filesystem::path& folder,
                                      const std::function<std::string(std::string)>& sign) {
  std::error_code error;
  if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error)) {
    return std::unexpected{Fault{.what = folder.string() + ": the folder is not empty"}};
  }
  return Publisher{from, folder}.all(sign);
}

}  // namespace bashu::site
