#include "testing/postgres.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "testing/checkout.h"

namespace bashu {

namespace {

bool run(const std::string& what, const std::string& file) {
  const std::string command = "python3 '" + checkout("tests/e2e/postgres_for_tests.py") + "' " +
                              what + " '" + file + "' >&2";
  return std::system(command.c_str()) == 0;  // NOLINT(cert-env33-c): a test's own program
}

std::string url_in(const std::string& file) {
  std::ifstream in{file};
  std::string folder, url;
  in >> folder >> url;
  return url;
}

// Started when it is asked for first.
class Own {
 public:
  Own()
      : file_{(std::filesystem::temp_directory_path() /
               ("bashu-pg-" + std::to_string(::getpid()) + ".url"))
                  .string()} {
    run("start", file_);
  }
  ~Own() { run("stop", file_); }
  Own(const Own&) = delete;
  Own& operator=(const Own&) = delete;
  [[nodiscard]] std::string url() const { return url_in(file_); }

 private:
  std::string file_;
};

std::string found() {
  const char* const file = ::secure_getenv("BASHU_TEST_POSTGRES");
  if (file && std::filesystem::exists(file)) return url_in(file);
  static const Own kServer;
  return kServer.url();
}

}  // namespace

const std::string& postgres_for_tests() {
  static const std::string kUrl = found();
  return kUrl;
}

}  // namespace bashu
