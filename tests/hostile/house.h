// One node in virtual time: the real kernel, receiver, service and senders over a storage in
// memory. Nothing happens by itself: whoever plays calls work() and pump().
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "exchange/receiver.h"
#include "exchange/sender.h"
#include "exchange/service.h"
#include "node/kernel.h"
#include "node/storage/memory.h"
#include "sim/circle.h"
#include "sim/random.h"

namespace bashu::hostile {

// What time it is, for everybody.
struct Time {
  std::int64_t ms = 0;
  Date day = *Date::parse("2026-03-02");
};

class House {
 public:
  // `carries` brings a call of ours to a peer, and the answer back.
  using Carry =
      std::function<void(House& from, const std::string& to, const exchange::PeerCall& call)>;
  House(const Time& time, std::string party, const sim::Circle& circle, std::uint64_t seed);
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  [[nodiscard]] const std::string& party() const { return party_; }
  [[nodiscard]] const core::State& state() const { return kernel_->state(); }
  [[nodiscard]] node::Kernel& kernel() { return *kernel_; }
  [[nodiscard]] node::MemoryStorage& storage() { return *storage_; }

  // Decides and writes up to `most` of what waits; gives how many that were.
  std::size_t work(std::size_t most);
  // Tells receiver and senders how the channels stand, and gives the calls to make.
  void pump(const Carry& carry);
  void handle(const std::string& from, http::Request request, http::Reply reply);
  void answer(const std::string& peer, std::uint64_t call, exchange::PeerAnswer answer);

  bool submit(node::Request request, std::function<void(node::Outcome)> done);
  [[nodiscard]] node::Outcome run(node::Request request);
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  [[nodiscard]] std::size_t waiting_of(const std::string& peer) const;
  [[nodiscard]] std::size_t documents_wanted() const;
  [[nodiscard]] bool wants(const std::string& document) const;
  // What only refused messages brought, as the receiver does it by itself.
  void forget_refused();
  [[nodiscard]] std::size_t alarms() const;
  // Why it would end; nullopt: it goes on.
  [[nodiscard]] std::optional<exchange::Trouble> trouble() const;
  // Memory is gone; the storage stays. A Fault: it does not start again.
  [[nodiscard]] std::expected<void, Fault> restart();

 private:
  class OwnClock;
  class OwnChance;
  class OwnNode;
  struct Exchanging;
  struct Work {
    node::Request request;
    std::function<void(node::Outcome)> done;
  };

  const Time& time_;
  std::string party_;
  std::vector<std::string> peers_;
  std::shared_ptr<node::MemoryStorage> storage_ = std::make_shared<node::MemoryStorage>();
  std::unique_ptr<OwnClock> clock_;
  std::unique_ptr<OwnChance> chance_;
  std::unique_ptr<node::Kernel> kernel_;
  std::unique_ptr<OwnNode> node_;
  std::unique_ptr<Exchanging> exchanging_;
  std::deque<Work> queue_;
};

}  // namespace bashu::hostile
