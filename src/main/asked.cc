#include "main/asked.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace bashu::cli {

namespace {

constexpr std::size_t kAnswerMax = std::size_t{16} << 20U;

}  // namespace

Asked::Asked(const std::string& command) {
  std::array<int, 2> both{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) != 0) return;
  socket_ = both[0];
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(both[1], STDIN_FILENO);
    ::dup2(both[1], STDOUT_FILENO);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(both[1]);
}

Asked::~Asked() {
  if (socket_ >= 0) ::close(socket_);
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
}

std::expected<std::string, std::string> Asked::ask(const std::string& question) {
  const std::string line = question + "\n";
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return std::unexpected{std::string{"the other program ended"}};
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::array<char, 65'536> part;
  while (true) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      std::string answer = read_.substr(0, end);
      read_.erase(0, end + 1);
      return answer;
    }
    if (read_.size() > kAnswerMax) return std::unexpected{std::string{"an answer without end"}};
    const ssize_t got = ::recv(socket_, part.data(), part.size(), 0);
    if (got <= 0) return std::unexpected{std::string{"the other program ended"}};
    read_.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace bashu::cli
