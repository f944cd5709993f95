package strength

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"maps"
	"strings"
	"sync"

	"github.com/trustelem/zxcvbn/match"
)

// packed has the word lists of zxcvbn: common passwords, English words, words of film and
// television, first names and surnames. In each list the most frequent word is first; an
// empty line ends a list. TestWordsAreCurrent writes it.
//
//go:embed words.txt.gz
var packed []byte

// words unpacks the lists on first use.
var words = sync.OnceValue(func() string {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err) // a test reads the file
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return string(text)
})

// The length of the parts that are looked up, in bytes.
const (
	shortestWord = 2
	longestWord  = 28
)

// A place is a part of the password that may be a word, and how it is spelled
// there.
type place struct {
	i, j     int // the first and the last byte
	reversed bool
	leet     map[string]string // substitutions in this part; nil if there are none
}

// leets are the usual substitutions, in two readings.
var leets = []map[byte]byte{
	{'4': 'a', '@': 'a', '8': 'b', '(': 'c', '3': 'e', '6': 'g', '9': 'g', '1': 'i', '!': 'i', '0': 'o', '$': 's', '5': 's', '+': 't', '7': 't', '%': 'x', '2': 'z'},
	{'4': 'a', '@': 'a', '8': 'b', '(': 'c', '3': 'e', '1': 'l', '|': 'l', '7': 'l', '0': 'o', '$': 's', '5': 's', '+': 't'},
}

// findWords finds every word of the lists in a password: as it is, backwards, and with
// substitutions.
func findWords(password string, about []string) (found []*match.Match) {
	lower := lowerASCII(password)
	places := map[string][]place{}
	add := func(text string, leet map[byte]byte) {
		for i := range len(text) {
			for j := i + shortestWord - 1; j < len(text) && j < i+longestWord; j++ {
				p := place{i: i, j: j}
				if leet != nil {
					if p.leet = replaced(lower[i:j+1], leet); p.leet == nil {
						continue
					}
				}
				places[text[i:j+1]] = append(places[text[i:j+1]], p)
			}
		}
	}
	add(lower, nil)
	for _, leet := range leets {
		add(unleet(lower, leet), leet)
	}
	back := reversed(lower)
	for i := range len(back) {
		for j := i + shortestWord - 1; j < len(back) && j < i+longestWord; j++ {
			p := place{i: len(back) - 1 - j, j: len(back) - 1 - i, reversed: true}
			places[back[i:j+1]] = append(places[back[i:j+1]], p)
		}
	}
	take := func(word string, rank int) {
		for _, p := range places[word] {
			found = append(found, &match.Match{
				Pattern: "dictionary", I: p.i, J: p.j, Token: password[p.i : p.j+1],
				MatchedWord: word, Rank: rank, Reversed: p.reversed, L33t: p.leet != nil, Sub: p.leet,
			})
		}
	}
	for n, word := range about {
		take(lowerASCII(word), n+1)
	}
	rank := 0
	for word := range strings.SplitSeq(words(), "\n") {
		if rank++; word == "" {
			rank = 0
			continue
		}
		take(word, rank)
	}
	return found
}

// lowerASCII keeps the length in bytes, which strings.ToLower may change.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func unleet(s string, leet map[byte]byte) string {
	b := []byte(s)
	for i, c := range b {
		if letter, ok := leet[c]; ok {
			b[i] = letter
		}
	}
	return string(b)
}

// replaced returns the substitutions in a part of a password, nil if there are none.
func replaced(part string, leet map[byte]byte) map[string]string {
	var subs map[string]string
	for i := range len(part) {
		if letter, ok := leet[part[i]]; ok {
			if subs == nil {
				subs = map[string]string{}
			}
			maps.Copy(subs, map[string]string{string(part[i]): string(letter)})
		}
	}
	return subs
}

// reversed reverses bytes: only ASCII words are in the lists.
func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
