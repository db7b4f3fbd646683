#include "notices/notices.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "core/state.h"
#include "desk/authority.h"
#include "node/node.h"
#include "people/principal.h"
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

// Who is told, as the journal has them in force; under the person they are.
using Told = std::map<std::string, std::vector<people::Principal>, std::less<>>;

Told told_now(node::Node& node, const std::vector<std::string>& persons, Date today) {
  Told told;
  node.query([&](const core::State& state) {
    for (const auto& [id, who] : state.circle().people.principals) {
      if (!who.in_force(today) || !std::ranges::binary_search(persons, who.set.person)) continue;
      told[who.set.person].push_back(people::principal_of(who.set, {}));
    }
  });
  return told;
}

struct Hears {
  std::string person;
  bool works_at_it = false;  // otherwise the case is theirs
};
// Who should know of a case: whoever began it here, whoever works at it, and the persons whom it is
// about by the fields that its pack names, on whichever side it began.
std::vector<Hears> audience(const views::CaseRow& row, const packs::Pack& pack,
                            const std::string& own, const Told& told) {
  std::vector<Hears> hear;
  const packs::Service* service = packs::find(pack.services, row.service);
  if (!service) return hear;
  const desk::CaseFacts facts{
      .parties = &row.parties, .data = &row.data, .opened_by = row.opened_by};
  for (const auto& [person, principals] : told) {
    const bool began = person == row.opened_by;
    const auto is_theirs = [&](const people::Principal& who) {
      return desk::is_subject(who, pack, *service, own, facts);
    };
    const auto sees_it = [&](const people::Principal& who) {
      return desk::sight(who, pack, *service, own, facts) == desk::Sight::full;
    };
    const bool works = row.assigned && row.assigned->to == person;
    if (began || std::ranges::any_of(principals, is_theirs)) {
      hear.push_back({.person = person, .works_at_it = false});
    } else if (works && std::ranges::any_of(principals, sees_it)) {
      hear.push_back({.person = person, .works_at_it = true});
    }
  }
  return hear;
}

// Packs of cases as the node holds them, by digest.
std::map<std::string, packs::PackPtr, std::less<>> packs_of(node::Node& node) {
  std::map<std::string, packs::PackPtr, std::less<>> held;
  node.query([&](const core::State& state) {
    for (const auto& [digest, row] : state.circle().packs) held.emplace(digest, row.pack);
  });
  return held;
}

// What is open of the cases that somebody began, or works at and which end soon.
std::vector<std::string> open_cases(views::Follower& follower, const std::string& person,
                                    const std::vector<people::Principal>& principals, Date today) {
  std::vector<std::string> ids;
  for (const views::CaseRow& row : all_cases(*follower.views(), {.opened_by = person}, {})) {
    ids.push_back(row.id);
  }
  views::InboxAsk ask{.kind = views::InboxAsk::Kind::cases,
                      .due_until = today.plus_days(kDaysAhead),
                      .whose = views::InboxAsk::Whose::mine,
                      .mine = {person},
                      .limit = kPage};
  for (const people::Principal& who : principals) {
    for (const auto& [pack, roles] : who.roles) {
      for (const std::string& role : roles) ask.roles.emplace_back(pack, role);
    }
  }
  const auto inbox = follower.inbox(ask, today);
  if (!inbox) return ids;
  for (const views::InboxItem& item : inbox->items) ids.push_back(item.id);
  return ids;
}

Mail mail_of(const Letter& letter, const std::string& origin, const std::string& party) {
  const bool works = letter.kind == Kind::state_at_work || letter.kind == Kind::deadline_at_work;
  const std::string face = origin + (works ? "/console" : "/portal");
  const texts::Places places{{"case", letter.about},
                             {"code", letter.about},
                             {"day", letter.day},
                             {"link", face + "/case/" + letter.about},
                             {"face", face}};
  const bool state = letter.kind == Kind::state || letter.kind == Kind::state_at_work;
  const std::string kind = letter.kind == Kind::code ? "code" : state ? "state" : "deadline";
  const auto words = [&](const std::string& what) {
    return texts::text(letter.language, "notices." + kind + "_" + what, places);
  };
  return {.id = hex(sha256(party + "\n" + letter.person + "\n" + letter.key)).substr(0, 32),
          .at_s = now_ms() / 1'000,
          .to = letter.address,
          .language = letter.language,
          .subject = words("subject"),
          .text = words(works ? "at_work" : "text") + "\r\n\r\n" +
                  texts::text(letter.language, "notices.end", places) + "\r\n"};
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

// Steps between two positions that took a case into another state.
std::vector<Notices::Made> Notices::changes(const Told& told, std::int64_t mark,
                                            std::int64_t last) {
  std::vector<Made> made;
  const auto views = follower_.views();
  const auto at = static_cast<std::uint64_t>(last);
  const auto held = packs_of(node_);
  for (const views::CaseRow& row :
       all_cases(*views, {.changed_since = static_cast<std::uint64_t>(mark)}, at)) {
    const auto pack = held.find(row.pack);
    if (pack == held.end() || !pack->second) continue;
    const auto hear = audience(row, *pack->second, node_.identity().party, told);
    const auto steps = hear.empty() ? std::expected<std::vector<views::StepRow>, Fault>{}
                                    : views->history(row.id, at);
    if (!steps) continue;
    for (const views::StepRow& step : *steps) {
      const bool fresh = std::cmp_greater(step.position, mark);
      if (!fresh || step.to.empty() || step.to == step.from) continue;
      for (const Hears& one : hear) {
        // What they did themselves they know, and that a case began before they took it on.
        if (step.principal == one.person || (one.works_at_it && step.from.empty())) continue;
        made.push_back({.person = one.person,
                        .about = row.id,
                        .day = {},
                        .key = row.id + "#" + std::to_string(step.version),
                        .kind = one.works_at_it ? Kind::state_at_work : Kind::state});
      }
    }
  }
  return made;
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
  const Told told = told_now(node_, persons, today);
  std::vector<Made> made;
  // Of before the first look nothing is told.
  if (mark >= 0 && last > mark && !told.empty()) made = changes(told, mark, last);
  if (new_day) {
    for (const auto& [person, principals] : told) {
      for (const Due& due :
           deadlines(node_, open_cases(follower_, person, principals, today), today)) {
        const auto row = views->case_at(due.id);
        const bool works = row && *row && (*row)->opened_by != person;
        made.push_back({.person = person,
                        .about = due.id,
                        .day = due.day,
                        .key = due.id + "@" + due.clock + "@" + due.day,
                        .kind = works ? Kind::deadline_at_work : Kind::deadline});
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
