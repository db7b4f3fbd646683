// What a node shows to browsers, on one listener of its own:
//
//     /api/v1  the API         /portal/  people and firms        /console/  officials
//     /  the public site
//
// Portal and console are built pages, read from a folder when the node starts.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "api/api.h"
#include "base/error.h"
#include "http/mounts.h"
#include "http/server.h"
#include "site/site.h"

namespace bashu::cli {

class Faces {
 public:
  struct Options {
    std::string root;  // of the built pages; empty: where they are installed
    http::Server::Options server;
  };
  // The API and the site must outlive it.
  [[nodiscard]] static std::expected<std::unique_ptr<Faces>, Fault> start(Options options,
                                                                          api::Api& api,
                                                                          site::Site& site);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void give_up() const { server_->give_up(); }  // as the server does
  bool settle(int timeout_ms) { return server_->settle(timeout_ms); }

 private:
  http::Mounts mounts_;
  std::unique_ptr<http::Server> server_;  // ends before the mounts
};

// The folder of built pages: `web` beside the program, else where packages install it.
[[nodiscard]] std::filesystem::path web_root(const std::string& given);

}  // namespace bashu::cli
