#include "exchange/records.h"

#include <utility>

namespace bashu::exchange {

namespace {

using evidence::Refusal;

std::unexpected<Refusal> refuse(int status, evidence::Code code, std::int64_t next = 0) {
  return std::unexpected{Refusal{.status = status, .code = code, .next = next}};
}

}  // namespace

std::optional<std::string> held_record(node::Node& node, std::string_view name) {
  std::optional<std::string> found;
  node.query([&](const core::State& state) {
    const auto& records = state.circle().records;
    if (const auto it = records.find(name); it != records.end()) found = it->second;
  });
  return found;
}

std::expected<KeysCheck, Refusal> check_keys(node::Node& node, std::string_view record) {
  const auto read = evidence::read_keys(record);
  if (!read) return refuse(400, "malformed");
  const auto directory = node.directory();
  if (directory->left.contains(read->party)) return refuse(403, "left-circle");
  if (!directory->formed || !directory->agreement.party(read->party)) {
    return refuse(404, "unknown-peer");
  }

  const auto held = directory->keys_edition.find(read->party);
  const std::int64_t edition = held == directory->keys_edition.end() ? 0 : held->second;
  const std::string folder = "keys/" + read->party + "/";
  if (read->edition <= edition) {
    const auto same = held_record(node, folder + std::to_string(read->edition));
    if (same && *same == record) return KeysCheck{.known = true, .request = {}};
    return refuse(409, "chain", edition);
  }
  std::optional<evidence::KeysEdition> last;
  if (edition > 0) {
    const auto bytes = held_record(node, folder + std::to_string(edition));
    auto parsed = bytes ? evidence::read_keys(*bytes)
                        : evidence::Verified<evidence::KeysEdition>{
                              std::unexpected{evidence::Bad{"keys-chain"}}};
    if (!parsed) return refuse(409, "chain", edition);
    last = std::move(*parsed);
  }
  const auto next = directory->known.next_keys(last ? &*last : nullptr, record);
  if (!next) {
    const evidence::Code code = next.error().code;
    if (code == "keys-chain") return refuse(409, "chain", edition);
    if (code == "keys-signature" || code == "record-signature") return refuse(403, "signature");
    return refuse(400, "malformed");
  }
  core::AdoptRecord adopt{.record = {.what = "keys",
                                     .party = core::PartyId{read->party},
                                     .edition = read->edition,
                                     .bytes = std::string{record}},
                          .parties = {}};
  return KeysCheck{.known = false,
                   .request = {.command = std::move(adopt), .evidence = std::string{record}}};
}

}  // namespace bashu::exchange
