package httpapi

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/fairqueue"
)

const (
	// activityPage and activityMax are the events of a page: by default, and at most.
	activityPage = 50
	activityMax  = 200
	// searchMost is how many events one request looks at. The answer names the place to go
	// on from.
	searchMost = 10_000
	// searchRunes is the length of a search text in characters.
	searchRunes = 100
	// waitingSearches is how many searches wait while another one runs.
	waitingSearches = 64
)

// An activityQuery is what a request for the activity list asks for.
type activityQuery struct {
	before uint64 // 0: from the newest
	limit  int
	text   explain.Query
	show   api.ActivityFilter
}

// selects reports whether the query leaves events out.
func (q activityQuery) selects() bool { return !q.text.Empty() || q.show != "" }

func readActivityQuery(v url.Values) (q activityQuery, err error) {
	q.limit = activityPage
	if s := v.Get("before"); s != "" {
		n, err := strconv.ParseUint(s, 10, 63)
		if err != nil || n == 0 {
			return q, malformed("before", "Pass the cursor of an event of the list.")
		}
		q.before = n
	}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return q, malformed("limit", "Pass a number from 1 to 200.")
		}
		q.limit = min(n, activityMax)
	}
	text := v.Get("q")
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > searchRunes || strings.ContainsFunc(text, unicode.IsControl) {
		return q, malformed("q", "Pass at most 100 characters of text, in UTF-8 and without control characters.")
	}
	q.text = explain.NewQuery(text)
	q.show = api.ActivityFilter(v.Get("show"))
	if q.show != "" && !slices.Contains(api.ActivityFilters(), q.show) {
		return q, malformed("show", "Pass sign-ins, changes or refusals, or leave it out.")
	}
	return q, nil
}

// listActivity lists audit events, newest first, or those that a search finds. If there can be more,
// a Link header has the address of the next page (RFC 8288).
func (h *Handler) listActivity(c *call) ([]api.Activity, error) {
	values := c.r.URL.Query()
	q, err := readActivityQuery(values)
	if err != nil {
		return nil, err
	}
	out := []api.Activity{}
	if q.before == 1 {
		return out, nil // nothing is older than the first
	}
	most, match := q.limit, func(audit.Record) bool { return true }
	if q.selects() {
		leave, err := h.searches.Enter(fairqueue.WithSource(c.r.Context(), c.session.Account))
		if err != nil {
			return nil, searchError(err)
		}
		defer leave()
		words := h.words.of(c.r.Header.Get("Accept-Language"))
		most, match = searchMost, func(r audit.Record) bool {
			return q.show.Matches(r.Type, r.Refused) && (q.text.Empty() || q.text.MatchesFolded(words.folded(r)))
		}
	}
	records, older, err := audit.Search(c.r.Context(), h.cfg.Store, c.session.Account, q.before, q.limit, most, match)
	if err != nil {
		return nil, err
	}
	if older > 0 {
		values.Set("before", strconv.FormatUint(older, 10))
		c.w.Header().Set("Link", "<"+c.r.URL.Path+"?"+values.Encode()+`>; rel="next"`)
	}
	for _, r := range records {
		out = append(out, activityOf(r))
	}
	return out, nil
}

func activityOf(r audit.Record) api.Activity {
	return api.Activity{
		Cursor:     strconv.FormatUint(r.Seq, 10),
		At:         r.At.UTC(),
		Type:       r.Type,
		Rule:       r.Rule,
		Refused:    r.Refused,
		Client:     r.Client,
		RemoteAddr: r.RemoteAddr,
		Details:    r.Details,
	}
}

// searchError is the answer when too many searches wait.
func searchError(err error) error {
	if !errors.Is(err, fairqueue.ErrFull) {
		return err
	}
	return &api.Problem{
		Status: 503, Code: api.Unavailable, Reason: "searches",
		Title:  "Too many searches",
		Detail: "The server is searching for others. Try again in a moment.",
	}
}
