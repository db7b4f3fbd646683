#include "exchange/shares.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "exchange/circle.h"

namespace bashu::exchange {

namespace {

using oblivious::Commitment;
using oblivious::Index;
using oblivious::Line;
using oblivious::Point;
using oblivious::Scalar;

std::unexpected<Fault> fault(std::string what) { return std::unexpected{Fault{std::move(what)}}; }

template <typename Bytes>
std::string text_of(const Bytes& bytes) {
  return base64url(as_bytes(bytes));
}
std::string bytes_at(const Value& value, std::string_view name) {
  return from_base64url(value.text_at(name)).value_or("");
}

Index index_in(const std::vector<std::string>& members, std::string_view party) {
  const auto at = std::ranges::find(members, party);
  return at == members.end() ? 0 : static_cast<Index>(at - members.begin()) + 1;
}

std::string context_of(std::string_view circle, std::int64_t generation, std::string_view dealer) {
  return std::string{circle} + "/" + std::to_string(generation) + "/" + std::string{dealer};
}

Scalar drawn(node::Chance& chance) { return oblivious::scalar_of(chance.bytes(64)); }

// The same at every member, or one of them was told otherwise than the rest.
std::string digest_of(std::string_view circle, std::int64_t generation,
                      const std::map<std::string, Dealing, std::less<>>& dealt) {
  Value::Record said;
  for (const auto& [party, dealing] : dealt) {
    said[party] = Value::List{text_of(dealing.commitment.a), text_of(dealing.commitment.b)};
  }
  return hex(sha256(canonical_json(Value::Record{
      {"circle", std::string{circle}}, {"generation", generation}, {"dealt", std::move(said)}})));
}

}  // namespace

Value dealing_value(const Dealing& dealing) {
  Value::Record boxes;
  for (const auto& [party, box] : dealing.boxes) boxes[party] = base64url(box);
  return Value::Record{{"a", text_of(dealing.commitment.a)},
                       {"b", text_of(dealing.commitment.b)},
                       {"c", text_of(dealing.commitment.proof.c)},
                       {"s", text_of(dealing.commitment.proof.s)},
                       {"boxes", std::move(boxes)}};
}

std::optional<Dealing> read_dealing(const Value& value) {
  const auto a = oblivious::point_from(bytes_at(value, "a"));
  const auto b = oblivious::point_from(bytes_at(value, "b"));
  const auto c = oblivious::scalar_from(bytes_at(value, "c"));
  const auto s = oblivious::scalar_from(bytes_at(value, "s"));
  const Value* boxes = value.find("boxes");
  if (!a || !b || !c || !s || !boxes || !boxes->as_record()) return std::nullopt;
  Dealing dealing{.commitment = {.a = *a, .b = *b, .proof = {.c = *c, .s = *s}}, .boxes = {}};
  for (const auto& [party, box] : *boxes->as_record()) {
    const auto bytes = box.as_text() ? from_base64url(*box.as_text()) : std::nullopt;
    if (!bytes) return std::nullopt;
    dealing.boxes.emplace(party, *bytes);
  }
  return dealing;
}

Shares::Shares(node::Node& node) : node_{node} {
  for (std::int64_t g = node.vault().newest_shared(); g > 0; --g) load(g);
}

void Shares::load(std::int64_t generation) {
  const auto value = parse_json(node_.vault().shared(generation), kFileLimits);
  if (!value) return;
  Kept kept{.circle = value->text_at("circle"),
            .members = {},
            .secret = {},
            .dealt = {},
            .whole = {},
            .used = value->bool_at("used", false)};
  const auto secret = oblivious::scalar_from(bytes_at(*value, "secret"));
  const Value* members = value->find("members");
  const Value* dealt = value->find("dealt");
  if (!secret || !members || !members->as_list() || !dealt || !dealt->as_record()) return;
  kept.secret = *secret;
  for (const Value& one : *members->as_list()) {
    if (one.as_text()) kept.members.push_back(*one.as_text());
  }
  for (const auto& [party, one] : *dealt->as_record()) {
    if (auto dealing = read_dealing(one)) kept.dealt.emplace(party, std::move(*dealing));
  }
  if (value->bool_at("whole", false)) put_together(generation, kept);
  kept_.insert_or_assign(generation, std::move(kept));
}

void Shares::keep(std::int64_t generation, const Kept& kept) {
  Value::Record dealt;
  for (const auto& [party, one] : kept.dealt) dealt[party] = dealing_value(one);
  Value::List members{kept.members.begin(), kept.members.end()};
  node_.vault().set_shared(generation,
                           canonical_json(Value::Record{{"circle", kept.circle},
                                                        {"members", std::move(members)},
                                                        {"secret", text_of(kept.secret)},
                                                        {"whole", kept.whole != nullptr},
                                                        {"used", kept.used},
                                                        {"dealt", std::move(dealt)}}));
}

void Shares::follow() {
  const auto directory = node_.directory();
  const evidence::Agreement& agreement = directory->agreement;
  const std::string& own = node_.identity().party;
  const std::int64_t generation = agreement.pseudonyms;
  const std::lock_guard lock{mutex_};
  if (!directory->formed || generation == 0 || kept_.contains(generation)) return;
  Kept kept{.circle = agreement.id,
            .members = agreement.members(),
            .secret = {},
            .dealt = {},
            .whole = {},
            .used = false};
  const Index own_index = index_in(kept.members, own);
  if (own_index == 0 || kept.members.size() < 2) return;
  const Line line{.a = drawn(node_.chance()), .b = drawn(node_.chance())};
  const auto said =
      oblivious::commit(line, context_of(agreement.id, generation, own), drawn(node_.chance()));
  if (!said) return;
  Dealing dealing{.commitment = *said, .boxes = {}};
  for (const std::string& party : kept.members) {
    if (party == own) continue;
    const std::string seal_key = directory->seal_key(party);
    if (seal_key.empty()) return;  // its key list has not come yet
    dealing.boxes[party] =
        node::seal_to(seal_key, as_bytes(at(line, index_in(kept.members, party))));
  }
  kept.secret = at(line, own_index);
  kept.dealt.emplace(own, std::move(dealing));
  keep(generation, kept);
  kept_.emplace(generation, std::move(kept));
}

std::optional<std::string> Shares::dealt(std::int64_t generation) const {
  const std::lock_guard lock{mutex_};
  const auto it = kept_.find(generation);
  if (it == kept_.end()) return std::nullopt;
  return canonical_json(dealing_value(it->second.dealt.find(node_.identity().party)->second));
}

std::optional<std::int64_t> Shares::lacking(std::string_view party) const {
  const std::lock_guard lock{mutex_};
  for (const auto& [generation, kept] : kept_) {
    if (index_in(kept.members, party) > 0 && !kept.dealt.contains(party)) return generation;
  }
  return std::nullopt;
}

std::expected<void, Fault> Shares::take(std::string_view party, std::int64_t generation,
                                        std::string_view text) {
  const auto value = parse_json(text, kFileLimits);
  auto dealing = value ? read_dealing(*value) : std::nullopt;
  if (!dealing) return fault("it cannot be read");
  const std::lock_guard lock{mutex_};
  const auto it = kept_.find(generation);
  if (it == kept_.end() || it->second.dealt.contains(party)) return {};
  Kept& kept = it->second;
  if (!sound(dealing->commitment, context_of(kept.circle, generation, party))) {
    return fault("its proof is not of this generation");
  }
  const auto box = dealing->boxes.find(node_.identity().party);
  const auto part = box == dealing->boxes.end() ? std::nullopt : opened(box->second);
  const Index own = index_in(kept.members, node_.identity().party);
  if (!part || !fits(dealing->commitment, own, *part)) {
    return fault("our part of it is not what it committed to");
  }
  kept.dealt.emplace(party, std::move(*dealing));
  complete(generation, kept);
  keep(generation, kept);
  return {};
}

std::optional<Scalar> Shares::opened(std::string_view box) const {
  for (const node::KeyPair& key : seal_keys(node_.identity())) {
    const auto bytes = node::open_sealed_box(key.public_key, key.secret_key, box);
    if (bytes) return oblivious::scalar_from(*bytes);
  }
  return std::nullopt;
}

void Shares::complete(std::int64_t generation, Kept& kept) const {
  if (kept.dealt.size() != kept.members.size()) return;
  const std::string& own = node_.identity().party;
  Scalar share = kept.secret;
  for (const auto& [party, dealing] : kept.dealt) {
    if (party == own) continue;
    const auto part = opened(dealing.boxes.find(own)->second);
    if (!part) return;
    share = add(share, *part);
  }
  const Scalar before = std::exchange(kept.secret, share);
  put_together(generation, kept);
  if (!kept.whole) {
    kept.secret = before;
    return;
  }
  for (auto& [party, dealing] : kept.dealt) {
    if (party != own) dealing.boxes.clear();
  }
}

void Shares::put_together(std::int64_t generation, Kept& kept) const {
  Shared all{.generation = generation,
             .digest = digest_of(kept.circle, generation, kept.dealt),
             .own = index_in(kept.members, node_.identity().party),
             .share = kept.secret,
             .members = {},
             .public_shares = {}};
  std::vector<Commitment> commitments;
  for (const auto& [party, dealing] : kept.dealt) commitments.push_back(dealing.commitment);
  for (const std::string& party : kept.members) {
    const Index index = index_in(kept.members, party);
    const auto shown = oblivious::public_share(commitments, index);
    if (!shown) return;
    all.members.emplace(party, index);
    all.public_shares.emplace(index, *shown);
  }
  if (oblivious::times_base(all.share) != all.public_shares.at(all.own)) return;
  kept.whole = std::make_shared<const Shared>(std::move(all));
}

std::vector<std::shared_ptr<const Shared>> Shares::whole() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<const Shared>> all;
  for (auto it = kept_.rbegin(); it != kept_.rend(); ++it) {
    if (it->second.whole) all.push_back(it->second.whole);
  }
  return all;
}

std::shared_ptr<const Shared> Shares::of(std::int64_t generation) const {
  const std::lock_guard lock{mutex_};
  const auto it = kept_.find(generation);
  return it == kept_.end() ? nullptr : it->second.whole;
}

void Shares::use(std::int64_t generation) {
  const std::lock_guard lock{mutex_};
  const auto it = kept_.find(generation);
  if (it == kept_.end() || it->second.used) return;
  it->second.used = true;
  keep(generation, it->second);
}

bool Shares::used(std::int64_t generation) const {
  const std::lock_guard lock{mutex_};
  const auto it = kept_.find(generation);
  return it != kept_.end() && it->second.used;
}

}  // namespace bashu::exchange
