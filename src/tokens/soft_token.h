// A real token of SoftHSM in a folder of its own, for tests here and above.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tokens/token.h"

namespace bashu::tokens::testing {

class SoftToken {
 public:
  SoftToken() {
    static int made = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("bashu-token-" + std::to_string(::getpid()) + "-" + std::to_string(++made));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "tokens");
    std::ofstream{folder_ / "softhsm2.conf"}
        << "directories.tokendir = " << (folder_ / "tokens").string()
        << "\nobjectstore.backend = file\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
    add("bashu");
  }
  SoftToken(const SoftToken&) = delete;
  SoftToken& operator=(const SoftToken&) = delete;
  ~SoftToken() { std::filesystem::remove_all(folder_); }

  // One more token.
  static void add(const std::string& label) {
    const std::string command = "softhsm2-util --init-token --free --label " + label + " --pin " +
                                std::string{kPin} + " --so-pin 87654321 > /dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << "softhsm2 is not installed";
  }
  // As if it were taken out, and put back.
  void take_out() const {
    std::filesystem::rename(folder_ / "tokens", folder_ / "away");
    std::filesystem::create_directories(folder_ / "tokens");
  }
  void put_back() const {
    std::filesystem::remove_all(folder_ / "tokens");
    std::filesystem::rename(folder_ / "away", folder_ / "tokens");
  }

  static std::string uri(const std::string& object, const std::string& token = "bashu") {
    return "pkcs11:token=" + token + ";object=" + object + "?module-path=" + kModule;
  }
  static Place place(const std::string& object, const std::string& token = "bashu") {
    auto read = Place::read(uri(object, token));
    EXPECT_TRUE(read) << read.error().text("en");
    return std::move(*read);
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  static constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
  static constexpr const char* kPin = "271828";

 private:
  std::filesystem::path folder_;
};

}  // namespace bashu::tokens::testing
