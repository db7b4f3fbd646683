// The disk of a simulated node: commit records, and what a crash does to the last of them. Unlike
// the database of a real node it may leave half a record behind, which opening cuts off.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "journal/journal.h"

namespace bashu::sim {

// What becomes of one append.
enum class Fate : std::uint8_t {
  durable,     // it is on the disk, and the node hears so
  lost,        // the machine dies before
  torn,        // the machine dies halfway through the record
  unanswered,  // it is on the disk, and the machine dies before the node hears so
  lied,        // the node hears that it is on the disk, and it is not (a planted fault)
};

class Disk {
 public:
  // Asked at each append; the simulation decides.
  std::function<Fate()> fate = [] { return Fate::durable; };
  // Called when a commit has reached the disk, before the node hears so.
  std::function<void()> reached;

  [[nodiscard]] const std::vector<journal::Commit>& commits() const { return commits_; }
  [[nodiscard]] std::vector<journal::Commit>& commits() { return commits_; }
  [[nodiscard]] std::uint64_t size() const {
    return commits_.empty() ? 0 : commits_.back().first + commits_.back().count;
  }
  [[nodiscard]] const std::string& torn() const { return torn_; }

  [[nodiscard]] std::expected<void, Fault> append(const journal::Commit& commit);
  // The machine lost its memory, and with it what never reached the disk.
  void crash();
  // What a node finds when it starts. Half a record at the end is cut off, as
  // docs/formats/evidence.md 8.8 allows; `cut` tells.
  [[nodiscard]] std::unique_ptr<journal::Journal> open(bool* cut);

 private:
  std::vector<journal::Commit> commits_;
  std::size_t lied_ = 0;  // commits at the end that are in memory only
  std::string torn_;
};

}  // namespace bashu::sim
