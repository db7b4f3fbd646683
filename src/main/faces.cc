#include "main/faces.h"

#include <memory>
#include <system_error>
#include <utility>

#include "http/files.h"

namespace bashu::cli {

namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path web_root(const std::string& given) {
  if (!given.empty()) return given;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    fs::path beside = program.parent_path() / "web";
    if (fs::is_directory(beside, error)) return beside;
  }
  return "/usr/share/bashu/web";
}

std::expected<std::unique_ptr<Faces>, Fault> Faces::start(Options options, api::Api& api,
                                                          site::Site& site) {
  auto faces = std::make_unique<Faces>();
  faces->mounts_.add(std::string{api::kPrefix}, [&api](http::Request request, http::Reply reply) {
    api.handle(std::move(request), std::move(reply));
  });
  faces->mounts_.add("/", [&site](http::Request request, http::Reply reply) {
    site.handle(std::move(request), std::move(reply));
  });
  const fs::path root = web_root(options.root);
  for (const char* name : {"portal", "console"}) {
    const fs::path folder = root / name;
    std::error_code error;
    if (!fs::is_directory(folder, error)) continue;
    auto files = http::Files::read(folder);
    if (!files) return std::unexpected{files.error()};
    const std::string prefix = std::string{"/"} + name;
    faces->mounts_.add(
        prefix, http::application(prefix, std::make_shared<const http::Files>(std::move(*files))));
  }
  const bool tls = static_cast<bool>(options.server.tls);
  auto server =
      http::Server::start(std::move(options.server),
                          http::guarded(
                              [mounts = &faces->mounts_](http::Request request, http::Reply reply) {
                                mounts->handle(std::move(request), std::move(reply));
                              },
                              tls));
  if (!server) return std::unexpected{server.error()};
  faces->server_ = std::move(*server);
  return faces;
}

}  // namespace bashu::cli
