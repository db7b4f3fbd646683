// What still names documents that are to be removed: a case or a record, as it stands or by a step
// of its history, what another keeper says of one, a step or a message that waits. Any party can
// name a digest that it knows under a key of its own and have that key destroyed; whoever else
// names the document keeps it by this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/privacy/documents.h"
#include "core/state.h"
#include "exchange/parts.h"

namespace bashu::exchange {

// As documents_in() finds them.
using core::KeyedDocument, core::keyed_documents;

// A walk over all of a node's state, a part at a time. What is named for the first time meanwhile
// may be missed: it is fetched from whoever names it.
class NamedDocuments {
 public:
  // Of these: documents, or parts of them.
  explicit NamedDocuments(std::set<std::string, std::less<>> names) : names_{std::move(names)} {}

  // Looks at some `most` cases, records and earlier documents more; false: it has seen everything.
  bool look(const core::State& state, std::size_t most);
  // Documents met since that may be lists of parts; and what one was found to be a list of.
  [[nodiscard]] std::vector<std::string> take_large();
  void take_parts(const std::string& of, const std::vector<Part>& parts);

  // Named under a key that is not destroyed, or by what a legal hold stands over.
  [[nodiscard]] bool is_kept(std::string_view name) const { return kept_.contains(name); }
  // By nothing but the latter: it may go when the hold is over.
  [[nodiscard]] bool is_held(std::string_view name) const {
    return held_.contains(name) && !living_.contains(name);
  }

 private:
  using Names = std::set<std::string, std::less<>>;
  enum class Phase : std::uint8_t { cases, records, earlier, held_messages, done };
  struct Place {
    std::string_view case_id, record;  // one of them, or none
  };
  void look_at(const core::State& state, const Place& place, const Value& value);
  void look_at(const core::State& state, const Place& place, const Value& value,
               const KeyedDocument& one);
  void look_at(const core::State& state, const core::EarlierDocument& earlier);
  void look_at_earlier(const core::State& state, std::size_t most);
  void look_at(const core::State& state, const core::Case& c);
  static bool under_hold(const core::State& state, const Place& place, const Value& value,
                         std::string_view key);
  void keep(std::string_view name, bool lives);

  Names names_, kept_, held_, living_;
  Phase phase_ = Phase::cases;
  core::State::Walk walk_;
  std::int64_t earlier_ = 0;        // number of the last one that was looked at
  Names met_large_, met_living_;    // large ones; those of them whose key is not destroyed
  std::vector<std::string> large_;  // not asked about yet
};

}  // namespace bashu::exchange
