// A program that is asked line by line: what it reads are questions, what it writes answers.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>

namespace bashu::cli {

class Asked {
 public:
  // Run by the shell: `ssh there bashu clear answer BOOK`.
  explicit Asked(const std::string& command);
  ~Asked();
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  // The answer without its end of line; an error if the program ended or answers without end.
  [[nodiscard]] std::expected<std::string, std::string> ask(const std::string& question);

 private:
  int socket_ = -1;
  pid_t child_ = -1;
  std::string read_;
};

}  // namespace bashu::cli
