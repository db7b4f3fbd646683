// A node::Node over a kernel that whoever simulates drives by itself: what a threaded node reads
// from its archive. Who decides, and when, is left to the simulation.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/kernel.h"
#include "node/node.h"

namespace bashu::sim {

class KernelNode : public node::Node {
 public:
  // The kernel outlives it.
  explicit KernelNode(node::Kernel& kernel) : kernel_{kernel} {}

  [[nodiscard]] const node::Identity& identity() const override { return kernel_.identity(); }
  [[nodiscard]] std::shared_ptr<const node::Directory> directory() override {
    return kernel_.directory();
  }
  [[nodiscard]] node::Vault& vault() override { return kernel_.vault(); }
  [[nodiscard]] node::Storage& storage() override { return kernel_.storage(); }
  [[nodiscard]] node::Clock& clock() override { return kernel_.clock(); }
  [[nodiscard]] node::Chance& chance() override { return kernel_.chance(); }
  [[nodiscard]] std::uint64_t circle_changes() const override { return kernel_.circle_changes(); }
  [[nodiscard]] std::size_t late_erasures() const override { return kernel_.late_erasures(); }
  [[nodiscard]] std::uint64_t durable() const override { return kernel_.durable(); }
  std::uint64_t wait_durable(std::uint64_t /*above*/, int /*timeout_ms*/) override {
    return durable();
  }
  [[nodiscard]] std::expected<std::vector<node::Entry>, Fault> entries(
      std::uint64_t from, std::size_t bytes_max) override {
    return node::JournalEntries{archive().journal()}.entries(from, bytes_max);
  }
  std::optional<std::string> envelope_sent(std::string_view to, std::int64_t seq) override {
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
    return archive().receipt(entry);
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
  std::expected<std::uint64_t, Fault> snapshot() override { return kernel_.snapshot(); }

 private:
  node::Archive& archive() { return kernel_.archive(); }
  node::Kernel& kernel_;
};

}  // namespace bashu::sim
