// bashu journal feed: a copy of a journal's entries for other systems, beside the node or without
// it.

#include <signal.h>

#include <ctime>
#include <ostream>
#include <utility>
#include <vector>

#include "api/event_value.h"
#include "base/json.h"
#include "changes/sink.h"
#include "main/commands.h"
#include "main/journal_scan.h"
#include "node/projection.h"
#include "node/storage/storage.h"

namespace bashu::cli {

namespace {

constexpr ::timespec kPause{.tv_sec = 0, .tv_nsec = 200'000'000};  // between looks for more

changes::Change change_of(const node::Entry& entry) {
  const Value whole = api::entry_value(entry);
  changes::Change change{.position = entry.index,
                         .time_ms = entry.time_ms,
                         .kind = entry.kind,
                         .json = canonical_json(whole),
                         .events = {}};
  const Value* events = whole.find("events");
  if (!events || !events->as_list()) return change;
  for (const Value& told : *events->as_list()) {
    change.events.push_back(
        {.name = told.text_at("event"), .key = told.text_at("case"), .json = canonical_json(told)});
  }
  return change;
}

// Whose journal it is: the first line of its first checkpoint. The feed needs no key of the node.
std::expected<std::string, Fault> origin_of(journal::Journal& journal) {
  std::string origin;
  const auto read = each_commit(
      journal, 0, [&](const evidence::CommitRecord& commit) -> std::expected<bool, Fault> {
        origin = commit.checkpoint.substr(0, commit.checkpoint.find('\n'));
        return false;
      });
  if (!read) return std::unexpected{read.error()};
  if (origin.empty()) return std::unexpected{Fault{.what = "the journal has no entry"}};
  return origin;
}

class Copy final : public node::Projection {
 public:
  explicit Copy(changes::Sink& sink) : sink_{sink} {}
  [[nodiscard]] std::uint64_t next() const override { return sink_.next(); }
  [[nodiscard]] std::expected<void, Fault> take(const std::vector<node::Entry>& entries) override {
    for (const node::Entry& entry : entries) {
      if (auto put = sink_.put(change_of(entry)); !put) return put;
    }
    return sink_.keep();
  }

 private:
  changes::Sink& sink_;
};

std::expected<std::unique_ptr<changes::Sink>, Fault> open_sink(const JournalFeed& what,
                                                               const std::string& origin) {
  if (!what.files.empty()) {
    const auto format =
        what.format == "csv" ? changes::FileFormat::csv : changes::FileFormat::ndjson;
    return changes::open_files(what.files, format, origin);
  }
  changes::KafkaOptions options{.brokers = what.kafka, .topic = what.topic, .settings = {}};
  for (const std::string& setting : what.settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) {
      return std::unexpected{Fault{.what = "--set " + setting + ": NAME=VALUE is expected"}};
    }
    options.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return changes::open_kafka(options, origin);
}

}  // namespace

Exit journal_feed(const Console& console, const JournalFeed& what) {
  if (what.files.empty() == what.kafka.empty()) {
    return console.fail("say where to: --files FOLDER, or --kafka BROKERS --topic TOPIC",
                        "请指明去处：--files 目录，或 --kafka 代理节点 --topic 主题");
  }
  ::sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto journal = node::open_directory(what.dir)->journal_to_read();
  if (!journal) return console.fail(journal.error());
  const auto origin = origin_of(**journal);
  if (!origin) return console.fail(origin.error());
  auto sink = open_sink(what, *origin);
  if (!sink) return console.fail(sink.error());
  const std::uint64_t begun = (*sink)->next();
  Copy copy{**sink};
  node::JournalEntries entries{**journal};
  bool stopped = false;
  // Told by a signal, for which it waits so long.
  const auto stop = [&](const ::timespec& wait) {
    stopped = stopped || ::sigtimedwait(&signals, nullptr, &wait) > 0;
    return stopped;
  };
  while (!stopped) {
    const std::uint64_t end = (*journal)->size();
    if (copy.next() > end) {
      return console.fail(
          "the copy is ahead of this journal: it was restored from a backup; feed a new "
          "folder or topic",
          "副本比本日志更新：日志是从备份恢复的；请改用新的目录或主题");
    }
    const auto fed = node::project(entries, copy, [&] {
      if (end > copy.next()) {
        console.progress(std::to_string(copy.next()) + "/" + std::to_string(end));
      }
      return !stop({.tv_sec = 0, .tv_nsec = 0});
    });
    if (!fed) {
      console.progress({});
      return console.fail(fed.error());
    }
    if (!what.follow) break;
    stop(kPause);
  }
  console.progress({});
  console.out << console.say("fed ", "已输出 ") << (*sink)->next() - begun
              << console.say(" entries; next is ", " 条；下一条为 ") << (*sink)->next() << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
