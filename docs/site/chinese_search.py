"""The search of Chinese pages: each pair of neighbouring characters is a word.

Sphinx's own search looks for words of a dictionary on pages, but splits what a reader asks for at
spaces only, so a phrase finds nothing; and Sphinx 9.0 names a stemmer that does not exist, which
stops the script of the page. Pairs need no dictionary, and the script here makes the same ones of a
question. Words of Latin letters are those of the English search.
"""

import re

_WORD = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")
# Sphinx's searchtools.js calls this for what a reader asks for.
SPLIT_QUERY = r"""
var splitQuery = (query) =>
  (query.match(/[\u4e00-\u9fff]+|(?:(?![\u4e00-\u9fff])[\p{Letter}\p{Number}_])+/gu) || [])
    .flatMap((word) => /^[\u4e00-\u9fff]{2,}$/.test(word)
      ? Array.from(word.slice(1), (_, i) => word.slice(i, i + 2))
      : [word]);
"""


def words(text: str) -> list[str]:
    """What a page can be found by: pairs of Chinese characters, each by itself, other words."""
    found = []
    for word in _WORD.findall(text):
        if "\u4e00" <= word[0] <= "\u9fff":
            found += [word[i : i + 2] for i in range(len(word) - 1)] + list(word)
        else:
            found.append(word)
    return found


def register(app) -> None:
    """Makes it Sphinx's search of the language `zh`."""
    from sphinx.search.en import SearchEnglish  # here, since tests of `words` need no Sphinx

    class SearchChinese(SearchEnglish):
        lang = "zh"
        language_name = "English"  # the stemmer, by its name in the script
        js_splitter_code = SPLIT_QUERY

        def split(self, input: str) -> list[str]:
            return words(input)

    app.add_search_language(SearchChinese)
