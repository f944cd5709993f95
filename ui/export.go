package ui

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/shell"
)

// exportActivity saves the events that are shown, as text or as CSV.
func exportActivity(c *shell.Console, events []api.Activity) {
	c.SaveAs(shell.SaveRequest{
		Title: "ui.activity.export-title", Name: "nightlatch-activity-" + c.Account().Username,
		Forms: []shell.SaveForm{
			{Key: "ui.save.text", Ending: ".txt", Make: func() ([]byte, error) { return []byte(activityText(c, events)), nil }},
			{Key: "ui.save.csv", Ending: ".csv", Make: func() ([]byte, error) { return activityCSV(c, events) }},
		},
	})
}

// activityText has one line per event.
func activityText(c *shell.Console, events []api.Activity) string {
	w := c.Catalog
	var b strings.Builder
	fmt.Fprintln(&b, w.T("ui.activity.export-head", c.Account().Username, w.Date(c.Now())))
	for _, e := range events {
		line := []string{e.At.In(c.Now().Location()).Format("2006-01-02 15:04:05"), explain.Event(w, e)}
		for _, more := range []string{explain.EventDetail(w, e), explain.Client(w, e.Client, e.RemoteAddr)} {
			if more != "" {
				line = append(line, more)
			}
		}
		fmt.Fprintln(&b, strings.Join(line, "  "))
	}
	return b.String()
}

// activityCSV has one record per event (RFC 4180). It is for programs: it has the
// wire names of types and rules besides the text.
func activityCSV(c *shell.Console, events []api.Activity) ([]byte, error) {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	records := [][]string{{"time", "type", "what", "detail", "client", "place", "refused", "rule"}}
	for _, e := range events {
		refused := ""
		if e.Refused {
			refused = "yes"
		}
		records = append(records, []string{
			e.At.UTC().Format(time.RFC3339), string(e.Type), plainCell(explain.Event(c.Catalog, e)), plainCell(explain.EventDetail(c.Catalog, e)),
			plainCell(e.Client), plainCell(e.RemoteAddr), refused, e.Rule,
		})
	}
	if err := out.WriteAll(records); err != nil {
		return nil, fmt.Errorf("ui: activity as CSV: %w", err)
	}
	return b.Bytes(), nil
}

// plainCell keeps a spreadsheet from running a text as a formula. Other people can
// choose labels and client names.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
