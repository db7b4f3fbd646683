// An entry of the journal, for whoever follows a number down to its evidence: where it is and how
// to prove it, not what it holds.

#include <charconv>

#include "site/pages.h"

namespace bashu::site {

namespace {

std::optional<std::uint64_t> position_of(std::string_view text) {
  std::uint64_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return position;
}

std::optional<std::string> proof_of(const Ask& ask, const std::string& text) {
  const auto position = position_of(text);
  if (!position || !ask.from.proof || *position > ask.from.at.value_or(0)) return std::nullopt;
  return ask.from.proof(*position);
}

}  // namespace

Answered entry_page(Ask& ask, const std::string& position) {
  const auto proof = proof_of(ask, position);
  if (!proof) return std::nullopt;
  const std::string title = ask.say("site.entry", {{"position", position}});
  return page(ask, {.title = title, .tab = "figures"}, "entry", [&](Slots slots) {
    slots.set("TITLE", title);
    slots.set("TEXT", ask.say("site.entry_text", {{"party", ask.party(ask.from.views->party())},
                                                  {"position", position}}));
    slots.set("PROOF", *proof);
    slots.set("HREF", ask.links.to({"journal", position, "proof.txt"}));
  });
}

Answered entry_proof(Ask& ask, const std::string& position) {
  auto proof = proof_of(ask, position);
  if (!proof) return std::nullopt;
  return Answer{.type = "text/x.tlog.proof", .body = std::move(*proof), .location = {}};
}

}  // namespace bashu::site
