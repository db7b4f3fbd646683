// A side's book with another side, in a folder: what arrived, and the statements closed.
//
//     book.json            the two sides, and whether taps or bills are cleared
//     tariff.yaml          of taps
//     taken-0001.ndjson    what arrived, batch by batch, each written whole
//     denied-0001.ndjson   deny lists, the same way
//     refused-0001.ndjson  claims that this side does not accept, or accepts again
//     draft.json, .ndjson  the next statement and its lines, as they are now; may be drawn again
//     statement-0001.*     closed; never written again
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "clearing/statement.h"
#include "fares/claims.h"
#include "main/console.h"
#include "main/import_rows.h"
#include "texts/texts.h"

namespace bashu::cli {

class ClearBook {
 public:
  std::string side, other;
  bool bills = false;  // otherwise taps
  std::optional<fares::Tariff> tariff;
  clearing::Standing standing;
  std::vector<clearing::Statement> statements;

  // Told on the console if there is none, or if a closed statement was changed.
  [[nodiscard]] static std::optional<ClearBook> open(const Console& console,
                                                     const std::string& dir);
  [[nodiscard]] static Exit make(const Console& console, const std::string& dir, ClearBook book,
                                 const std::string& tariff);

  // All rows or none: what is wrong with a row is told. Copies of what is there already are left
  // out; another content of the same tap's id is told and kept, of a bill's version it is wrong.
  // `denied` is a deny list; empty: none.
  [[nodiscard]] Exit take(const Console& console, const std::vector<std::string>& files,
                          const std::string& denied) const;

  [[nodiscard]] Exit refuse(const Console& console, const std::string& id, const std::string& why,
                            bool accept) const;

  // What everything taken comes to, without what is refused.
  [[nodiscard]] std::optional<std::vector<clearing::Entry>> claims(const Console& console) const;

  [[nodiscard]] Exit write_draft(const Console& console, const clearing::Statement& statement,
                                 const std::vector<clearing::Entry>& lines) const;
  struct Draft {
    clearing::Statement statement;
    std::vector<clearing::Entry> lines;
  };
  [[nodiscard]] std::optional<Draft> draft(const Console& console) const;
  [[nodiscard]] Exit close(const Console& console, const Draft& draft) const;

 private:
  struct Taken {
    std::string rows;
    std::size_t taken = 0, copies = 0, repeated = 0;
    std::size_t strangers = 0;      // taps of issuers who are neither side
    std::set<std::string> issuers;  // some of those
  };
  // nullopt: something is wrong, and was told.
  [[nodiscard]] std::optional<Taken> rows_of(const Console& console,
                                             const std::vector<std::string>& files) const;
  [[nodiscard]] static std::optional<std::string> denied_of(const Console& console,
                                                            const std::string& file);
  // What is wrong with a row that is to be taken, in words; empty: nothing.
  [[nodiscard]] std::string wrong_in(const Console& console, const Row& row) const;
  [[nodiscard]] bool read_statements(const Console& console);
  [[nodiscard]] std::optional<std::set<std::string>> refused(const Console& console) const;
  [[nodiscard]] std::vector<std::filesystem::path> batches(const std::string& name) const;
  [[nodiscard]] std::filesystem::path next_batch(const std::string& name) const;
  std::filesystem::path dir_;
};

// Lines of a file, or of the draft of a folder.
[[nodiscard]] std::optional<std::vector<clearing::Entry>> read_lines(const Console& console,
                                                                     const std::string& path);
[[nodiscard]] std::optional<clearing::Statement> read_statement(const Console& console,
                                                                const std::string& path);
[[nodiscard]] std::string clear_text(const Console& console, std::string_view key,
                                     const texts::Places& places = {});

}  // namespace bashu::cli
