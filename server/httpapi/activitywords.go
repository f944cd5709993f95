package httpapi

import (
	"sync"

	"golang.org/x/text/language"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/audit"
)

// wordsByLanguage are the words of events in the languages that searches asked for. They
// are loaded when they are first needed.
type wordsByLanguage struct {
	mu    sync.Mutex
	words map[string]*eventWords
}

// of returns the words in the language that a client prefers (RFC 9110 §12.5.4).
func (l *wordsByLanguage) of(accept string) *eventWords {
	have := assets.Languages()
	tags := make([]language.Tag, len(have))
	for i, name := range have {
		tags[i] = language.Make(name)
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	best := 0
	if err == nil {
		_, best, _ = language.NewMatcher(tags).Match(wanted...)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.words[have[best]]; w != nil {
		return w
	}
	catalog, err := assets.New(have[best])
	if err != nil {
		panic("httpapi: " + err.Error()) // the program embeds it
	}
	if l.words == nil {
		l.words = map[string]*eventWords{}
	}
	w := &eventWords{catalog: catalog}
	l.words[have[best]] = w
	return w
}

// eventWords are the words of events in one language.
type eventWords struct{ catalog *assets.Catalog }

// folded is what a search compares with.
func (w *eventWords) folded(r audit.Record) string {
	return explain.Fold(explain.EventText(w.catalog, activityOf(r)))
}
