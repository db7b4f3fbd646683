// bashu journal test: whether a place keeps what every journal promises, before a node is put
// there.

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <ostream>
#include <utility>

#include "journal/conformance.h"
#include "journal/journal.h"
#include "journal/postgres.h"
#include "journal/quorum.h"
#include "main/commands.h"
#include "postgres/connection.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// A folder that is not there yet, and goes with it.
class Folder {
 public:
  static std::expected<std::shared_ptr<Folder>, Fault> make(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) {
      return std::unexpected{Fault{.what = path.string() + ": is there already"}};
    }
    std::filesystem::create_directories(path, error);
    if (error) return std::unexpected{Fault{.what = path.string() + ": " + error.message()}};
    return std::make_shared<Folder>(path);
  }
  explicit Folder(std::filesystem::path path) : path_{std::move(path)} {}
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::expected<journal::Place, Fault> place_at(const std::string& where) {
  if (journal::is_postgres(where)) {
    auto made = journal::PostgresSchema::create(where, "bashu_test_" + std::to_string(::getpid()));
    if (!made) return std::unexpected{made.error()};
    const auto schema = std::make_shared<journal::PostgresSchema>(std::move(*made));
    return journal::Place{.to_write = [schema] { return schema->open(); },
                          .to_read = [schema] { return schema->open(true); }};
  }
  auto made = Folder::make(where);
  if (!made) return std::unexpected{made.error()};
  const std::shared_ptr<Folder> folder = std::move(*made);
  return journal::Place{.to_write = [folder] { return journal::open_sqlite(folder->path()); },
                        .to_read = [folder] { return journal::open_sqlite(folder->path(), true); }};
}

// On how many disks a commit is; false: on fewer than are asked for.
bool tell_quorum(const Console& console, const std::string& where) {
  const auto split = journal::split_quorum(where);
  auto connection = postgres::PgConnection::open(where);
  const auto names = connection ? connection->show("synchronous_standby_names")
                                : std::unexpected{connection.error()};
  if (!split || !names) return true;  // its promises say why
  journal::Quorum now = split->quorum;
  now.waited_for = journal::standbys_waited_for(*names);
  const texts::Places places{{"waits", std::to_string(now.waited_for)},
                             {"wanted", std::to_string(now.wanted)}};
  console.out << texts::text(console.language,
                             now.is_short() ? "journal.test_short" : "journal.test_quorum", places)
              << '\n';
  if (!now.asked_for) console.out << texts::text(console.language, "journal.test_unsaid") << '\n';
  return !now.is_short();
}

}  // namespace

Exit journal_test(const Console& console, const JournalTest& what) {
  const auto place = place_at(what.where);
  if (!place) return console.fail(place.error());
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  bool sound = true;
  for (const journal::Promise& promise : journal::try_promises(*place)) {
    const bool kept = promise.wrong.empty();
    sound = sound && kept;
    console.out << (kept ? console.say("kept    ", "符合    ")
                         : console.say("BROKEN  ", "不符合  "))
                << texts::text(console.language, "journal.promise." + promise.name)
                << (kept ? "" : ": " + promise.wrong) << '\n';
  }
  if (journal::is_postgres(what.where)) sound = tell_quorum(console, what.where) && sound;
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count();
  console.out << console.say("took ", "用时 ") << took << " ms\n";
  return sound ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
