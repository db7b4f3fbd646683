#include "notices/notices.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "core/state.h"
#include "node/node.h"
#include "texts/texts.h"
#include "views/follower.h"

namespace bashu::notices {

namespace {

constexpr auto kPause = std::chrono::seconds{1};
constexpr int kDaysAhead = 3;  // of a deadline that comes near
constexpr std::size_t kCodeDigits = 8;
constexpr int kPage = 1'000;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// What is kept of a code: whoever reads the file cannot give it.
std::string hash_of(std::string_view person, std::string_view code) {
  return hex(sha256("bashu notices 1\n" + std::string{person} + "\n" + std::string{code}));
}

// The cases of `filter`, page by page.
std::vector<views::CaseRow> all_cases(views::Views& views, views::CaseFilter filter, views::At at) {
  std::vector<views::CaseRow> rows;
  filter.page.limit = kPage;
  do {
    auto listed = views.list_cases(filter, at);
    if (!listed) break;
    for (views::CaseRow& row : listed->rows) rows.push_back(std::move(row));
    filter.page.after = listed->next;
  } while (!filter.page.after.empty());
  return rows;
}

struct Due {
  std::string id, clock, day;
};

// What of the node's cases nears its end in the next days.
std::vector<Due> deadlines(node::Node& node, const std::vector<std::string>& ids, Date today) {
  std::vector<Due> found;
  node.query([&](const core::State& state) {
    for (const std::string& id : ids) {
      const core::Case* c = state.find_case(id);
      if (!c) continue;
      for (const auto& [name, clock] : c->clocks) {
        if (!clock.since || !clock.due || clock.fired || *clock.due < today) continue;
        if (*clock.due > today.plus_days(kDaysAhead)) continue;
        found.push_back({.id = id, .clock = name, .day = clock.due->text()});
      }
    }
  });
  return found;
}

Mail mail_of(const Letter& letter, const std::string& origin, const std::string& party) {
  const texts::Places places{{"case", letter.about},
                             {"code", letter.about},
                             {"day", letter.day},
                             {"link", origin + "/portal/case/" + letter.about},
                             {"origin", origin}};
  const char* kind = letter.kind == Kind::code    ? "code"
                     : letter.kind == Kind::state ? "state"
                                                  : "deadline";
  const auto words = [&](const char* what) {
    return texts::text(letter.language, std::string{"notices."} + kind + "_" + what, places);
  };
  return {.id = hex(sha256(party + "\n" + letter.person + "\n" + letter.key)).substr(0, 32),
          .at_s = now_ms() / 1'000,
          .to = letter.address,
          .language = letter.language,
          .subject = words("subject"),
          .text = words("text") + "\r\n\r\n" + texts::text(letter.language, "notices.end", places) +
                  "\r\n"};
}

}  // namespace

std::expected<std::unique_ptr<Notices>, Fault> Notices::open(Options options, node::Node& node,
                                                             views::Follower& follower) {
  auto book = Book::open(options.dir / "notices.db");
  if (!book) return std::unexpected{book.error()};
  return std::make_unique<Notices>(std::move(options), node, follower, std::move(*book));
}

Notices::Notices(Options options, node::Node& node, views::Follower& follower,
                 std::unique_ptr<Book> book)
    : options_{std::move(options)}, node_{node}, follower_{follower}, book_{std::move(book)} {}

Notices::~Notices() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  wake_.notify_all();
  if (worker_.joinable()) worker_.join();
}

void Notices::begin(std::string origin) {
  origin_ = std::move(origin);
  worker_ = std::thread{[this] { work(); }};
}

std::optional<Subscription> Notices::of(const std::string& person) {
  const std::lock_guard lock{mutex_};
  return book_->find(person);
}

std::expected<void, NotNow> Notices::subscribe(const std::string& person,
                                               const std::string& address,
                                               const std::string& language) {
  if (!is_address(address)) return std::unexpected{NotNow::no_address};
  std::string code;
  for (const char byte : node_.chance().bytes(kCodeDigits)) {
    code += static_cast<char>('0' + static_cast<unsigned char>(byte) % 10);
  }
  const std::lock_guard lock{mutex_};
  auto done = book_->subscribe({.person = person, .address = address, .language = language}, code,
                               hash_of(person, code), now_ms());
  wake_.notify_all();
  return done;
}

std::expected<void, NotNow> Notices::confirm(const std::string& person, const std::string& code) {
  const std::lock_guard lock{mutex_};
  return book_->confirm(person, hash_of(person, code), now_ms());
}

void Notices::end(const std::string& person) {
  const std::lock_guard lock{mutex_};
  book_->end(person);
}

void Notices::work() {
  while (true) {
    look();
    while (post_one()) {
    }
    std::unique_lock lock{mutex_};
    if (!ending_) wake_.wait_for(lock, kPause);
    if (ending_) return;
  }
}

void Notices::look() {
  const auto views = follower_.views();
  const auto last = static_cast<std::int64_t>(views->entries()) - 1;
  const Date today = node_.clock().today();
  std::vector<std::string> persons;
  std::int64_t mark = -1;
  bool new_day = false;
  {
    const std::lock_guard lock{mutex_};
    mark = book_->mark();
    new_day = book_->day() != today.days();
    for (const Subscription& one : book_->confirmed()) persons.push_back(one.person);
  }
  if (last <= mark && !new_day) return;
  std::set<std::string, std::less<>> told;
  node_.query([&](const core::State& state) {
    for (const auto& [id, who] : state.circle().people.principals) {
      if (who.in_force(today) && std::ranges::binary_search(persons, who.set.person)) {
        told.insert(who.set.person);
      }
    }
  });
  struct Made {
    std::string person, about, day, key;
    Kind kind{};
  };
  std::vector<Made> made;
  // Of before the first look nothing is told.
  if (mark >= 0 && last > mark && !told.empty()) {
    for (const views::CaseRow& row :
         all_cases(*views, {.changed_since = static_cast<std::uint64_t>(mark)},
                   static_cast<std::uint64_t>(last))) {
      if (!told.contains(row.opened_by)) continue;
      const auto steps = views->history(row.id, static_cast<std::uint64_t>(last));
      if (!steps) continue;
      for (const views::StepRow& step : *steps) {
        // What they did themselves they know.
        if (std::cmp_less_equal(step.position, mark) || step.to.empty() || step.to == step.from ||
            step.principal == row.opened_by) {
          continue;
        }
        made.push_back({.person = row.opened_by,
                        .about = row.id,
                        .day = {},
                        .key = row.id + "#" + std::to_string(step.version),
                        .kind = Kind::state});
      }
    }
  }
  if (new_day) {
    for (const std::string& person : told) {
      std::vector<std::string> ids;
      for (const views::CaseRow& row : all_cases(*views, {.opened_by = person}, {})) {
        ids.push_back(row.id);
      }
      for (const Due& due : deadlines(node_, ids, today)) {
        made.push_back({.person = person,
                        .about = due.id,
                        .day = due.day,
                        .key = due.id + "@" + due.clock + "@" + due.day,
                        .kind = Kind::deadline});
      }
    }
  }
  const std::lock_guard lock{mutex_};
  const auto kept = book_->advance(std::max(last, mark), today.days(), [&] {
    for (const Made& one : made) {
      book_->add(one.person, one.kind, one.about, one.day, one.key, now_ms());
    }
  });
  if (!kept) options_.note("notices", kept.error().what);
}

bool Notices::post_one() {
  std::optional<Letter> letter;
  {
    const std::lock_guard lock{mutex_};
    if (ending_) return false;
    letter = book_->due(now_ms());
  }
  if (!letter) return false;
  const auto done = post(options_.server, mail_of(*letter, origin_, node_.identity().party));
  const std::lock_guard lock{mutex_};
  if (done) {
    book_->sent(letter->no, now_ms());
  } else {
    book_->failed(letter->no, done.error().for_good, now_ms());
    options_.note("a notice was not sent", done.error().what);
  }
  if (const auto kept = book_->check(); !kept) {
    // What cannot be written down is not tried again at once.
    options_.note("notices", kept.error().what);
    return false;
  }
  return done.has_value();
}

}  // namespace bashu::notices
