#include "main/pin.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <string>

#include "node/in_token.h"
#include "node/next_root.h"
#include "node/storage/directory_files.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// The terminal of this process, with nothing shown of what is typed; as before when it goes.
class Terminal {
 public:
  Terminal() : fd_{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)} {
    if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
    ::termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ready_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (ready_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    if (fd_ >= 0) ::close(fd_);
  }

  // Empty: there is no terminal, or nothing was typed.
  std::string ask(const std::string& question) {
    if (!ready_ || ::write(fd_, question.data(), question.size()) < 0) return {};
    std::string line;
    for (char c = 0; ::read(fd_, &c, 1) == 1 && c != '\n';) line += c;
    static_cast<void>(!::write(fd_, "\n", 1));
    return line;
  }

 private:
  int fd_;
  bool ready_ = false;
  ::termios before_{};
};

}  // namespace

std::expected<tokens::Pin, Exit> pin_of(const Console& console, const tokens::Place& place) {
  auto left = node::pin_left_for(place);
  if (!left) return std::unexpected{console.fail(left.error())};
  if (!left->digits.empty()) return std::move(*left);
  const auto question = texts::text(console.language, "token.ask", {{"uri", place.text()}});
  return tokens::Pin{.digits = Terminal{}.ask(question), .by_person = true};
}

std::expected<tokens::Pin, Exit> pin_of_root(const Console& console, const node::Identity& own) {
  const auto uri = node::root_token(own);
  if (!uri) return std::unexpected{console.fail(uri.error())};
  if (uri->empty()) return tokens::Pin{};
  const auto place = tokens::Place::read(*uri);
  if (!place) return std::unexpected{fail(console, place.error())};
  return pin_of(console, *place);
}

std::expected<tokens::Pin, Exit> pin_of_next_root(const Console& console,
                                                  const node::Identity& own) {
  const auto next = node::next_root(node::DirectoryFiles{own.dir});
  if (!next) return std::unexpected{console.fail(next.error())};
  if (!*next || (*next)->token.empty()) return tokens::Pin{};
  const auto place = tokens::Place::read((*next)->token);
  if (!place) return std::unexpected{fail(console, place.error())};
  return pin_of(console, *place);
}

Exit fail(const Console& console, const tokens::Trouble& trouble) {
  const std::string words = trouble.text(console.language);
  return console.fail(words, words);
}

}  // namespace bashu::cli
