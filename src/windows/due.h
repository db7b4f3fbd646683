// The lines that are due between two sides, kept while claims come, change and go: sums, counts and
// the tree of the lines are always at hand, so that a statement costs what changed since the last
// one, and closing one costs nothing for the lines on which both sides agree.
//
//     claims ──► one line each, or none ──► before `until`: the window's tree and sums ──► closed
//                                      └──► from `until` on: those of the windows after
//
// A claim takes about 400 bytes here, as long as the ids that come with it are short, and a line
// that is due 100 more (docs/performance.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "clearing/bounds.h"
#include "clearing/sketch.h"
#include "clearing/statement.h"

namespace bashu::windows {

// What of a difference stands after the answers.
struct Stands {
  std::optional<clearing::Entry> out;  // our line that is left out
  std::vector<clearing::Entry> lines;  // that are in, ours or theirs
};

// What the lines of a statement come to by who earned it: an operator, an institution; and by the
// version of the tariff they were rated by, 0 without one.
struct Part {
  std::string debtor, creditor, of;
  std::int64_t version = 0;
  std::int64_t lines = 0;
  clearing::Amounts amounts;
  friend bool operator==(const Part&, const Part&) = default;
};
// A statement apart. The parts add up to its sums, and both sides have the same if their roots are
// equal.
struct Split {
  std::vector<Part> parts;                  // by debtor, creditor, who earned it, version
  std::vector<clearing::Entry> taken_back;  // its lines that take back what a closed one had
  std::vector<clearing::Entry> refused;     // lines that one side had, and gave up
};

class Due {
 public:
  using VersionOn = std::function<std::int64_t(Date)>;
  explicit Due(std::pair<std::string, std::string> sides, VersionOn version_on = {});

  // What the claim says now; nullopt: there is none.
  void set(const std::string& id, const std::optional<clearing::Entry>& claim);
  [[nodiscard]] std::optional<clearing::Entry> claim(const std::string& id) const;
  // What closed windows have said of it.
  [[nodiscard]] std::optional<clearing::Entry> said(const std::string& id);
  [[nodiscard]] const std::optional<Date>& closed_until() const { return standing_.until; }

  // The lines of the days before; what a closed window has of a claim that is not any more, or not
  // before that day, is taken back.
  void until(Date day);
  [[nodiscard]] clearing::Statement statement();
  // Whether its amounts can be summed; if not, the statement says nothing.
  [[nodiscard]] bool fits() const { return next_.magnitude <= clearing::kMagnitudeMost; }
  [[nodiscard]] clearing::Kept lines();
  // Of the statement made last, by either way.
  [[nodiscard]] const Split& split() const { return split_; }
  // The statement with what stands of the differences; an error names a line that does not fit,
  // or says that the sums do not. Nothing has changed afterwards.
  [[nodiscard]] std::expected<clearing::Statement, std::string> statement_with(
      const std::vector<Stands>& stands);
  // It is closed; it came from statement_with(), and nothing has changed since.
  void close(const clearing::Statement& statement, const std::vector<Stands>& stands);

 private:
  // An Entry whose words that repeat are numbers.
  struct Words {
    std::uint32_t creditor = 0, debtor = 0, of = 0, state = 0;
    Date day;
    std::string first, last;
    clearing::Amounts amounts;
    std::int64_t correction = 0;
    [[nodiscard]] bool says(const Words& other) const;  // the same, whichever correction it is
  };
  struct Claim {
    const std::string* id = nullptr;
    std::optional<Words> now{};
    std::unique_ptr<Words> said{};  // before the window that `in` names
    std::uint32_t in = 0;           // number of the window that has its line; 0: none
    bool takes_back = false;        // that line
  };
  struct Window {
    std::uint32_t number = 0;
    clearing::RunningTree tree{};
    struct Sum {
      clearing::Amounts amounts;
      std::int64_t lines = 0;
    };
    // By debtor, creditor, who earned it, and version of the tariff.
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::int64_t>, Sum> sums{};
    std::map<std::string, clearing::Entry> taken_back{};  // by the line's id
    std::int64_t late = 0, corrections = 0;
    clearing::Wide magnitude = 0;  // of its lines
  };

  std::uint32_t word(const std::string& text);
  [[nodiscard]] Words words_of(const clearing::Entry& entry);
  [[nodiscard]] clearing::Entry entry_of(const std::string& id, const Words& words) const;
  std::uint32_t number_of(const std::string& id);
  // If its window was closed meanwhile, what it said is said.
  Claim& caught_up(std::uint32_t number);
  [[nodiscard]] clearing::Entry line_of(const Claim& claim) const;
  void place(std::uint32_t number);
  void take_out(std::uint32_t number);
  void move(std::uint32_t number);  // to the window in which it now is
  Window& window_of(const Claim& claim) { return claim.in == next_.number ? next_ : after_; }
  void split_up();
  void count(Window& window, const clearing::Entry& line, std::int64_t how_often);

  clearing::Standing standing_;  // without its claims
  std::pair<std::string, std::string> sides_;
  VersionOn version_on_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t> words_;
  std::deque<Claim> claims_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  // Whose day that is or was.
  std::map<Date, std::vector<std::uint32_t>> days_;
  std::optional<Date> until_;  // nullopt: all are of the window that is next
  Window next_, after_;
  Split split_;
  std::set<std::uint32_t> moved_;  // taken back only because their day is not before until_
};

}  // namespace bashu::windows
