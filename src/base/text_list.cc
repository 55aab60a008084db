#include "base/text_list.h"

namespace millrace {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view without_blanks(std::string_view item) {
  while (!item.empty() && is_blank(item.front())) item.remove_prefix(1);
  while (!item.empty() && is_blank(item.back())) item.remove_suffix(1);
  return item;
}

}  // namespace

std::vector<std::string> split_list(std::string_view text, EmptyItems empty_items, Quotes quotes) {
  std::vector<std::string> items;
  if (text.empty()) return items;
  std::string item;
  bool quoted = false;
  auto end_item = [&] {
    const std::string_view bare = without_blanks(item);
    if (!bare.empty() || empty_items == EmptyItems::kKept) items.emplace_back(bare);
    item.clear();
  };
  for (char c : text) {
    if (c == '"' && quotes == Quotes::kProtectCommas) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      end_item();
    } else {
      item.push_back(c);
    }
  }
  end_item();
  return items;
}

}  // namespace millrace
