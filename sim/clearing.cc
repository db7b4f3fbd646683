#include "clearing.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "clearing/sketch.h"
#include "fares/claims.h"
#include "fares/tariff.h"
#include "random.h"
#include "windows/ledger.h"

namespace bashu::sim {

namespace {

using clearing::Statement;
using windows::Rows;
using windows::Said;

constexpr std::pair kSides{"chongqing", "sichuan"};
constexpr int kTokens = 8, kDaySeconds = 86'400;
const Date kBegin = *Date::parse("2021-03-01");

fares::Tariff tariff() {
  return *fares::read_tariff(*parse_json(
      R"({"tariff":"t","version":1,"from":"2021-01-01","groups":{)"
      R"("cq":{"party":"chongqing","operators":[{"name":"crt","weight":1}],"flat":200,"two_taps":true,"missing":700},)"
      R"("sc":{"party":"sichuan","operators":[{"name":"metro","weight":1}],"flat":300,"two_taps":true,"missing":900}}})"));
}

struct Side {
  bool is_first = true;
  std::vector<std::pair<int, fares::Tap>> on_the_way;  // with the day on which it comes
  std::vector<Rows> batches{};                         // what is durable, and
  std::vector<std::pair<Said, Hash>> closed{};         // the windows with what was agreed
  std::optional<windows::Ledger> ledger{};
};

class Run {
 public:
  explicit Run(const ClearingOptions& options)
      : options_{options}, chance_{options.seed}, carries_{options.seed % 2 == 0} {
    for (Side* side : {&first_, &second_}) start(*side);
  }

  ClearingResult run() {
    for (day_ = 0; day_ < options_.days && !out_.broken; ++day_) {
      ride();
      for (Side* side : {&first_, &second_}) receive(*side);
      if (day_ > 0 && chance_.permille(400)) window(kBegin.plus_days(day_), false);
    }
    heal();
    out_.digest = hex(digest_);
    return std::move(out_);
  }

 private:
  void broken(const char* check, const std::string& detail) {
    if (!out_.broken) {
      out_.broken = Broken{.check = check, .detail = "day " + std::to_string(day_) + ": " + detail};
    }
  }

  // Riders of both sides at the gates of both.
  void ride() {
    for (int token = 0; token < kTokens; ++token) {
      for (std::int64_t rides = chance_.below(3); rides > 0; --rides) {
        const bool here = chance_.permille(500);
        const std::int64_t at =
            (kBegin.days() + day_) * std::int64_t{kDaySeconds} + 6 * 3'600 + chance_.below(50'000);
        for (const bool in : {true, false}) {
          fares::Tap tap;
          tap.id = "g-" + std::to_string(++taps_);
          tap.token = "t" + std::to_string(token);
          tap.at_s = at + (in ? 0 : 600 + chance_.below(3'000));
          tap.device = "g";
          tap.sequence = taps_;
          tap.kind = in ? fares::Tap::Kind::in : fares::Tap::Kind::out;
          tap.group = here ? "cq" : "sc";
          tap.place = in ? "p" : "q";
          tap.medium = "card";
          tap.issuer = token % 2 ? kSides.first : kSides.second;
          for (Side* side : {&first_, &second_}) send(*side, tap);
          all_.push_back(std::move(tap));
        }
      }
    }
  }

  void send(Side& side, fares::Tap tap) {
    int due = day_;
    if (chance_.permille(40)) {
      ++out_.counts["taps lost until the end"];
      due = options_.days;
    } else if (chance_.permille(100)) {
      ++out_.counts["taps late"];
      due = day_ + static_cast<int>(chance_.between(1, 4));
    }
    side.on_the_way.emplace_back(due, tap);
    if (!chance_.permille(60)) return;
    ++out_.counts["taps doubled"];
    if (options_.fault == ClearingFault::renames_copies && side.is_first) tap.id += "-again";
    side.on_the_way.emplace_back(due + static_cast<int>(chance_.below(3)), std::move(tap));
  }

  // What has come by today, in any order, as batches of any size.
  void receive(Side& side) {
    std::vector<Rows> batches(static_cast<std::size_t>(chance_.between(1, 3)));
    std::erase_if(side.on_the_way, [&](const auto& one) {
      if (one.first > day_) return false;
      auto& taps = batches[static_cast<std::size_t>(
                               chance_.below(static_cast<std::int64_t>(batches.size())))]
                       .taps;
      const auto at = chance_.below(static_cast<std::int64_t>(taps.size()) + 1);
      taps.insert(taps.begin() + at, one.second);
      return true;
    });
    for (Rows& rows : batches) {
      if (rows.count() == 0) continue;
      ++out_.counts["batches"];
      side.batches.push_back(rows);
      side.ledger->take(std::move(rows));
    }
  }

  // From what is durable, as a node that starts again.
  void start(Side& side) {
    side.ledger.emplace(windows::Ledger::Of{.first = kSides.first,
                                            .second = kSides.second,
                                            .own_is_first = side.is_first,
                                            .tariff = tariff()});
    if (options_.fault == ClearingFault::forgets_a_batch && side.is_first &&
        !side.batches.empty()) {
      side.batches.pop_back();
    }
    for (const Rows& rows : side.batches) side.ledger->take(rows);
    for (const auto& [said, root] : side.closed) {
      const auto agreed = side.ledger->agreed(said);
      if (!agreed || agreed->root != root || !side.ledger->close(said)) {
        return broken("replay", "a closed window does not come out again");
      }
    }
  }
  void perhaps_start(Side& side) {
    if (!chance_.permille(150)) return;
    ++out_.counts["starts"];
    start(side);
  }
  void meanwhile() {
    for (Side* side : {&first_, &second_}) {
      if (chance_.permille(300)) receive(*side);
      perhaps_start(*side);
    }
  }

  // The first side's statement, the second's, the differences, the answers, and the end.
  void window(Date until, bool last) {
    ++out_.counts["windows"];
    Said of_first{.until = until,
                  .batches = first_.ledger->batches(),
                  .differences = {},
                  .first_accepts = {},
                  .second_accepts = {}};
    const Statement ours = first_.ledger->draw(until, of_first.batches);
    const std::string sketch = clearing::sketch_of(first_.ledger->lines().tree);
    meanwhile();
    Said of_second = of_first;
    of_second.batches = second_.ledger->batches();
    const Statement theirs = second_.ledger->draw(until, of_second.batches);
    of_first.other_root = theirs.root;
    of_second.other_root = ours.root;
    if (ours.root != theirs.root) {
      if (last && carries_) return broken("equal", "the sides differ with the same taps");
      const auto answer = clearing::lines_for(second_.ledger->lines(), sketch);
      meanwhile();
      if (first_.ledger->draw(until, of_first.batches) != ours) {
        return broken("stated", "the first side states something else than before");
      }
      auto found = answer ? clearing::differences_in(first_.ledger->lines(), *answer, theirs.root)
                          : std::unexpected{answer.error()};
      if (!found) return broken("differences", found.error());
      if (options_.fault == ClearingFault::hides_a_line) found->pop_back();
      out_.counts["differences"] += static_cast<std::int64_t>(found->size());
      of_first.differences = of_second.differences = *std::move(found);
      answer_of(of_first, last);
      of_second.first_accepts = of_first.first_accepts;
      of_second.second_accepts = of_first.second_accepts;
    }
    meanwhile();
    close(of_first, of_second);
    meanwhile();
  }

  void answer_of(Said& said, bool last) {
    for (const clearing::Difference& one : said.differences) {
      const std::int64_t how = last ? 2 : carries_ ? 0 : chance_.below(4);
      if (how == 1) said.first_accepts.insert(clearing::name_of(one));
      if (how == 2) said.second_accepts.insert(clearing::name_of(one));
    }
  }

  void close(const Said& of_first, const Said& of_second) {
    const auto ours = first_.ledger->agreed(of_first), theirs = second_.ledger->agreed(of_second);
    if (!ours || !theirs) return broken("list", ours ? theirs.error() : ours.error());
    if (*ours != *theirs) return broken("agreed", "the sides come to two statements");
    if (!first_.ledger->close(of_first) || !second_.ledger->close(of_second)) {
      return broken("close", "what was agreed cannot be closed");
    }
    first_.closed.emplace_back(of_first, ours->root);
    second_.closed.emplace_back(of_second, theirs->root);
    for (const auto& [who, amounts] : ours->sums) paid_[who] += amounts.net;
    digest_ = sha256(hex(digest_) + clearing::text_of(*ours));
  }

  // Everything arrives; then the sides must come to an end, and to what all taps come to.
  void heal() {
    day_ = options_.days + 8;
    const Date end = kBegin.plus_days(day_);
    for (Side* side : {&first_, &second_}) receive(*side);
    constexpr int kMost = 4;
    for (int i = 0; i < kMost && !out_.broken; ++i) window(end, true);
    if (out_.broken) return;
    for (Side* side : {&first_, &second_}) {
      const Statement rest = side->ledger->draw(end, side->ledger->batches());
      if (rest.first != rest.end) return broken("rest", "lines are due for ever");
    }
    if (!carries_) return;  // what was accepted stands, whatever the taps say
    std::map<std::string, std::vector<fares::Tap>> tokens;
    for (const fares::Tap& tap : all_) tokens[tap.token].push_back(tap);
    std::map<std::pair<std::string, std::string>, clearing::Money> owed;
    for (const auto& [token, taps] : tokens) {
      for (const clearing::Entry& one : fares::claims(tariff(), taps, {})) {
        owed[{one.debtor, one.creditor}] += one.amounts.net;
      }
    }
    std::erase_if(paid_, [](const auto& one) { return one.second == 0; });
    if (owed != paid_) broken("whole", "what was closed is not what all taps come to");
  }

  ClearingOptions options_;
  Random chance_;
  bool carries_;  // nobody accepts what it has no taps for: differences wait for them
  Side first_{.is_first = true, .on_the_way = {}};
  Side second_{.is_first = false, .on_the_way = {}};
  int day_ = 0;
  std::int64_t taps_ = 0;
  std::vector<fares::Tap> all_;
  std::map<std::pair<std::string, std::string>, clearing::Money> paid_;
  Hash digest_{};
  ClearingResult out_;
};

}  // namespace

ClearingResult simulate_clearing(const ClearingOptions& options) { return Run{options}.run(); }

}  // namespace bashu::sim
