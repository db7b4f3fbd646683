#include "main/listening.h"

#include <chrono>
#include <ostream>
#include <utility>

#include "base/json.h"
#include "node/files.h"

namespace bashu::cli {

Log::Log(std::ostream& err, std::string file) : err_{err}, name_{std::move(file)} { open(); }

void Log::open() {
  const std::lock_guard lock{mutex_};
  if (name_.empty()) return;
  file_.close();
  file_.clear();
  file_.open(name_, std::ios::app);
}

void Log::write(std::string_view what, Value::Record members) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  members["time_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  members["what"] = what;
  const std::string line = canonical_json(members) + "\n";
  const std::lock_guard lock{mutex_};
  // A line that has no file is not lost.
  (file_.is_open() && file_ ? static_cast<std::ostream&>(file_) : err_) << line << std::flush;
}

std::string host_of(const std::string& listen) { return listen.substr(0, listen.rfind(':')); }

bool is_this_machine(const std::string& listen) {
  const std::string host = host_of(listen);
  return host == "localhost" || host == "[::1]" || host == "::1" || host.starts_with("127.");
}

::sigset_t block_signals() {
  ::sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return signals;
}

std::expected<http::TlsContext, Fault> tls_of(const std::filesystem::path& dir,
                                              const std::string& name) {
  const auto certificate = dir / "keys" / (name + ".crt");
  if (!std::filesystem::exists(certificate)) return nullptr;
  const auto chain = node::read_file(certificate);
  if (!chain) return std::unexpected{chain.error()};
  const auto key = node::read_file(dir / "keys" / (name + ".key"));
  if (!key) return std::unexpected{key.error()};
  return http::open_server({.certificate = *chain, .key = *key});
}

}  // namespace bashu::cli
