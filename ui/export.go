package ui

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"nightlatch/server/api"
)

// exportActivity saves the events that are shown, as text or as CSV.
func (c *Console) exportActivity(_ *Scope, events []api.Activity) {
	c.saveAs(saveRequest{
		title: "ui.activity.export-title", name: "nightlatch-activity-" + c.account.Username,
		forms: []saveForm{
			{"ui.save.text", ".txt", func() ([]byte, error) { return []byte(c.activityText(events)), nil }},
			{"ui.save.csv", ".csv", func() ([]byte, error) { return c.activityCSV(events) }},
		},
		done: func(string) {},
	})
}

// activityText is a line an event, in words.
func (c *Console) activityText(events []api.Activity) string {
	w := c.words
	var b strings.Builder
	fmt.Fprintln(&b, w.T("ui.activity.export-head", c.account.Username, w.Date(c.now())))
	for _, e := range events {
		line := []string{e.At.In(c.now().Location()).Format("2006-01-02 15:04:05"), eventTitle(w, e)}
		for _, more := range []string{eventDetail(w, e), eventPlace(w, e)} {
			if more != "" {
				line = append(line, more)
			}
		}
		fmt.Fprintln(&b, strings.Join(line, "  "))
	}
	return b.String()
}

// activityCSV is a record an event (RFC 4180): for programs, so with the types
// and rules as the audit trail has them, beside the words.
func (c *Console) activityCSV(events []api.Activity) ([]byte, error) {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	records := [][]string{{"time", "type", "what", "detail", "client", "place", "refused", "rule"}}
	for _, e := range events {
		refused := ""
		if e.Refused {
			refused = "yes"
		}
		records = append(records, []string{
			e.At.UTC().Format(time.RFC3339), string(e.Type), plainCell(eventTitle(c.words, e)), plainCell(eventDetail(c.words, e)),
			plainCell(e.Client), plainCell(e.RemoteAddr), refused, e.Rule,
		})
	}
	if err := out.WriteAll(records); err != nil {
		return nil, fmt.Errorf("ui: activity as CSV: %w", err)
	}
	return b.Bytes(), nil
}

// plainCell keeps a spreadsheet from taking a text for a formula: labels and
// client names are what others chose.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
