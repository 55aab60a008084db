#pragma once
// Lists that are written as one text, with commas between the items.

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class EmptyItems { kKept, kLeftOut };
enum class Quotes { kPlain, kProtectCommas };  // kProtectCommas: the double quotes themselves go

// White space around an item is not part of it. An empty text has no items.
std::vector<std::string> split_list(std::string_view text, EmptyItems empty_items,
                                    Quotes quotes = Quotes::kPlain);

}  // namespace millrace
