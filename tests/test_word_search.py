from hypothesis import example, given
from hypothesis import strategies as st

from apivideo_geo.word_search import WordSearch

WORDS = st.sets(st.binary(min_size=1, max_size=12), max_size=8)


@given(WORDS, st.lists(st.binary(max_size=20), max_size=6), st.data())
@example({b"12345678"}, [b"x", b"12345678"], None)
def test_a_text_contains_a_word_exactly_where_a_plain_search_finds_one(words, parts, data):
    if data and words:
        parts = [*parts, data.draw(st.sampled_from(sorted(words)))[: data.draw(st.integers(0, 12))]]
    text = b"".join(parts)
    assert WordSearch(words).is_in(text) == any(word in text for word in words)


def test_words_that_begin_alike_are_all_found_and_their_beginning_alone_is_not():
    search = WordSearch({b"a secret title", b"a secret plan"})
    assert search.is_in(b"this is a secret plan, not a title")
    assert not search.is_in(b"this is a secret, in part")
