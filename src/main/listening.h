// What every command that serves needs: its address, its signals, its log, its TLS.
#pragma once

#include <signal.h>

#include <expected>
#include <filesystem>
#include <fstream>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/value.h"
#include "http/tls.h"

namespace bashu::cli {

// One JSON object a line, on err or in a file. No personal values come here: paths carry ids, never
// queries.
class Log {
 public:
  // `file` may be empty: then on `err`.
  Log(std::ostream& err, std::string file);
  // Whoever rotates the file moves it away first and sends SIGHUP then.
  void open();
  void write(std::string_view what, Value::Record members);

 private:
  std::ostream& err_;
  std::string name_;
  std::ofstream file_;
  std::mutex mutex_;
};

// Of `host:port`.
[[nodiscard]] std::string host_of(const std::string& listen);
// Nobody else reaches it.
[[nodiscard]] bool is_this_machine(const std::string& listen);

// Before the first thread, so that all inherit it and only who waits for them sees them: INT, TERM,
// HUP.
[[nodiscard]] ::sigset_t block_signals();

// DIR/keys/NAME.crt and NAME.key, if there are any; else null: plain HTTP.
[[nodiscard]] std::expected<http::TlsContext, Fault> tls_of(const std::filesystem::path& dir,
                                                            const std::string& name);

}  // namespace bashu::cli
