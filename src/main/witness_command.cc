// bashu witness: a witness that is no party (exchange/public_witness.h), for whoever wants to run
// one.

#include "main/witness_command.h"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <ostream>

#include "exchange/public_witness.h"
#include "http/server.h"
#include "journal/lock.h"
#include "main/journal_scan.h"
#include "main/listening.h"
#include "main/policy_file.h"
#include "main/table.h"
#include "node/custody.h"
#include "node/storage/directory_files.h"
#include "node/system_environment.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

constexpr std::size_t kBodyMax = 128u << 10;  // 63 hashes and a note of 64 KiB

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A refusal that says something of a log, or of who asks; what is cosigned is no news.
void tell(Log& log, const http::Request& request, const http::Response& response) {
  if (response.status < 400) return;
  log.write("refused", {{"path", std::string{request.path()}},
                        {"status", response.status},
                        {"remote", request.remote}});
}

// What can change while it serves, on SIGHUP.
class Serving {
 public:
  Serving(const Console& console, const WitnessServe& what, exchange::PublicWitness& witness)
      : console_{console}, what_{what}, witness_{witness} {}

  // The logs and the certificate, from their files.
  std::expected<void, Exit> load() {
    auto policy = read_policy_file(console_, what_.origins);
    if (!policy) return std::unexpected{policy.error()};
    auto tls = tls_of(what_.dir, "tls");
    if (!tls) return std::unexpected{console_.fail(tls.error())};
    if (!*tls && !what_.in_clear && !is_this_machine(what_.listen)) {
      const std::string words =
          texts::text(console_.language, "witness.in_clear", {{"address", what_.listen}});
      return std::unexpected{console_.fail(words, words)};
    }
    witness_.witness(policy->logs());
    logs_ = policy->logs().size();
    const std::lock_guard lock{mutex_};
    if (*tls) tls_ = std::move(*tls);
    return {};
  }
  [[nodiscard]] http::TlsContext tls() const {
    const std::lock_guard lock{mutex_};
    return tls_;
  }
  [[nodiscard]] std::size_t logs() const { return logs_; }

 private:
  const Console& console_;
  const WitnessServe& what_;
  exchange::PublicWitness& witness_;
  std::size_t logs_ = 0;
  mutable std::mutex mutex_;
  http::TlsContext tls_;
};

}  // namespace

Exit witness_init(const Console& console, const WitnessInit& what) {
  node::keep_files_private();
  node::DirectoryFiles files{what.dir};
  node::SystemChance chance;
  if (auto made = exchange::PublicWitness::create(files, what.name, chance); !made) {
    return console.fail(made.error());
  }
  const auto witness = exchange::PublicWitness::open(files);
  if (!witness) return console.fail(witness.error());
  console.out << (*witness)->verifier_key() << '\n';
  return Exit::done;
}

Exit witness_serve(const Console& console, const WitnessServe& what) {
  const ::sigset_t signals = block_signals();
  Log log{console.err, what.log};
  node::keep_files_private();
  // Two processes on one folder could sign two histories.
  const auto lock = journal::Lock::take(what.dir);
  if (!lock) return console.fail(lock.error());
  node::DirectoryFiles files{what.dir};
  const auto witness = exchange::PublicWitness::open(files);
  if (!witness) return console.fail(witness.error());
  Serving serving{console, what, **witness};
  if (auto loaded = serving.load(); !loaded) return loaded.error();
  const bool secure = static_cast<bool>(serving.tls());
  http::Server::Options options{.listen = what.listen, .body_max = kBodyMax};
  if (secure) options.tls = [&serving] { return serving.tls(); };
  auto server = http::Server::start(
      std::move(options), [&](const http::Request& request, const http::Reply& reply) {
        http::Response response = (*witness)->answer(request, now_s());
        tell(log, request, response);
        reply(std::move(response));
      });
  if (!server) return console.fail(server.error());
  console.out << "ready " << (*witness)->verifier_key()
              << " at=" << (secure ? "https://" : "http://") << host_of(what.listen) << ':'
              << (*server)->port() << " logs=" << serving.logs() << std::endl;
  while (true) {
    int signal = 0;
    ::sigwait(&signals, &signal);
    if (signal != SIGHUP) return Exit::done;
    log.open();
    // What cannot be read leaves all as it was.
    if (serving.load()) {
      log.write("read again", {{"logs", static_cast<std::int64_t>(serving.logs())}});
    }
  }
}

Exit witness_show(const Console& console, const WitnessShow& what) {
  node::DirectoryFiles files{what.dir};
  const auto witness = exchange::PublicWitness::open(files);
  if (!witness) return console.fail(witness.error());
  console.out << (*witness)->verifier_key() << '\n';
  Table table{{Table::Align::left, Table::Align::right, Table::Align::left, Table::Align::left}};
  bool forked = false;
  for (const exchange::PublicWitness::Seen& one : (*witness)->seen()) {
    forked = forked || one.forks > 0;
    std::string doubt;
    if (one.forks + one.unproven > 0) {
      doubt = texts::text(
          console.language, "witness.doubt",
          {{"forks", std::to_string(one.forks)}, {"unproven", std::to_string(one.unproven)}});
    }
    table.add({one.origin, std::to_string(one.size), utc_text(one.time_s), doubt});
  }
  table.print(console.out);
  return forked ? Exit::refused : Exit::done;
}

}  // namespace bashu::cli
