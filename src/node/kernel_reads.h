// What a node reads from its kernel and archive, whoever decides and when: the threaded node and
// those that a simulation drives by itself.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/kernel.h"
#include "node/node.h"

namespace bashu::node {

class KernelReads : public Node {
 public:
  [[nodiscard]] const Identity& identity() const override { return kernel().identity(); }
  [[nodiscard]] std::shared_ptr<const Directory> directory() override {
    return kernel().directory();
  }
  [[nodiscard]] Vault& vault() override { return kernel().vault(); }
  [[nodiscard]] Storage& storage() override { return kernel().storage(); }
  [[nodiscard]] Clock& clock() override { return kernel().clock(); }
  [[nodiscard]] Chance& chance() override { return kernel().chance(); }
  [[nodiscard]] std::uint64_t circle_changes() const override { return kernel().circle_changes(); }
  [[nodiscard]] std::size_t late_erasures() const override { return kernel().late_erasures(); }
  [[nodiscard]] journal::Quorum quorum() const override { return archive().journal().quorum(); }
  [[nodiscard]] std::uint64_t durable() const override { return kernel().durable(); }
  [[nodiscard]] std::expected<std::vector<Entry>, Fault> entries(std::uint64_t from,
                                                                 std::size_t bytes_max) override {
    return JournalEntries{archive().journal()}.entries(from, bytes_max);
  }

  std::optional<std::string> envelope_sent(std::string_view to, std::int64_t seq) override {
    return archive().message_sent(to, seq);
  }
  std::optional<std::string> envelope_before(std::string_view to, std::int64_t seq) override {
    if (!archive().find(journal::Trace::resent, to, seq)) return std::nullopt;
    return archive().message(journal::Trace::sent, to, seq);
  }
  std::optional<std::string> envelope_taken(std::string_view from, std::int64_t seq) override {
    return archive().message(journal::Trace::taken, from, seq);
  }
  std::optional<Answered> answered(std::string_view from, std::int64_t seq) override {
    const auto found = archive().find(journal::Trace::taken, from, seq);
    if (!found) return std::nullopt;
    return Answered{.message_id = hex(found->id), .entry = found->entry};
  }
  std::optional<std::string> receipt(std::uint64_t entry) override {
    return archive().receipt(entry, kernel().directory()->keys);
  }
  std::string checkpoint() override { return archive().checkpoint(); }
  std::optional<std::string> checkpoint_at(std::uint64_t size) override {
    return archive().checkpoint_at(size);
  }
  std::optional<std::vector<Hash>> consistency(std::uint64_t old_size,
                                               std::uint64_t size) override {
    return archive().consistency(old_size, size);
  }
  std::optional<Hash> root_at(std::uint64_t size) override { return archive().root_at(size); }

 protected:
  [[nodiscard]] virtual Kernel& kernel() const = 0;
  [[nodiscard]] Archive& archive() const { return kernel().archive(); }
};

}  // namespace bashu::node
