// All that a node keeps, behind one port: what Node::open takes.
//
//     journal       the truth: commits in order, one writer
//     tree, index   derived from the journal; made again when lost
//     secrets       keys of sealed values, apart from the journal
//     slots         a few bytes changed in place: the largest checkpoint that left (`published`),
//                   the message being decided (`deciding`)
//     files         node.json, keys/, peers/, seen/, witness/, cosigned/, alarms/, snapshots/,
//                   blobs/
//
// open_directory() keeps them as identity.h draws a node's directory; MemoryStorage (memory.h)
// serves tests. Views are no part of it: they are a projection of the journal.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "journal/followed.h"
#include "journal/index.h"
#include "journal/journal.h"
#include "journal/tree_file.h"
#include "node/storage/file_store.h"
#include "node/storage/secrets.h"

namespace bashu::node {

// Bytes of one length, changed in place and without a flush: they survive the death of the process,
// and after a power cut they can be older than the journal. For one thread at a time.
class Slot {
 public:
  Slot() = default;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  virtual ~Slot() = default;
  // As it was when opened.
  [[nodiscard]] virtual const std::string& found() const = 0;
  [[nodiscard]] virtual std::expected<void, Fault> write(std::string_view bytes) = 0;
};

class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // For the one writer, until it is closed; a second one is refused.
  [[nodiscard]] virtual std::expected<std::unique_ptr<journal::Journal>, Fault> journal() = 0;
  // Beside the writer, or without one.
  [[nodiscard]] virtual std::expected<std::unique_ptr<journal::Journal>, Fault>
  journal_to_read() = 0;
  // Beside a writer on another machine, whose place may be taken; where a journal has one machine
  // only, there is none.
  [[nodiscard]] virtual std::expected<std::unique_ptr<journal::Followed>, Fault> follow();
  // Of a journal of `size_max` entries; what lies beyond is forgotten.
  [[nodiscard]] virtual std::expected<std::unique_ptr<journal::TreeFile>, Fault> tree(
      std::uint64_t size_max) = 0;
  [[nodiscard]] virtual std::expected<std::unique_ptr<journal::Index>, Fault> index(
      std::uint64_t size_max) = 0;

  // Missing ones are made anew only if `fresh`: whoever has sealed values must not find an empty
  // vault, which would call all of them erased.
  [[nodiscard]] virtual std::expected<std::unique_ptr<Secrets>, Fault> secrets(bool fresh) = 0;
  // If it is missing it is made, durable, with `first` in it.
  [[nodiscard]] virtual std::expected<std::unique_ptr<Slot>, Fault> slot(
      std::string_view name, std::string_view first) = 0;
  [[nodiscard]] virtual FileStore& files() = 0;
};

// A node's directory. Nothing is touched before it is asked for. `holder`: how this machine is
// called among those that may write the journal; empty: by its host name.
[[nodiscard]] std::shared_ptr<Storage> open_directory(const std::filesystem::path& dir,
                                                      const std::string& holder = {});

}  // namespace bashu::node
